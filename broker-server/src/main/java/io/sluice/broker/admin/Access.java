package io.sluice.broker.admin;

/** What a client must show to be served. "Open" is a listener on a loopback address, which only this machine reaches. */
enum Access {
    /** Nothing: the console's files, which hold no data, and the exchange of a token. */
    FREE,
    /** Health: the token, unless the listener is open or {@code admin.open-health} is set. */
    HEALTH,
    /** Metrics: the token, unless the listener is open or {@code admin.open-metrics} is set. */
    METRICS,
    /** Numbers: the token, unless the listener is open. */
    READ,
    /** Payloads and every change: the token. */
    TOKEN
}
