package io.sluice.cli;

import java.util.concurrent.ThreadLocalRandom;

/** The name a command gives itself, so that its lines and messages can be told apart: 8 hexadecimal digits. */
final class ClientId {
    private ClientId() {}

    static String random() {
        return String.format("%08x", ThreadLocalRandom.current().nextInt());
    }
}
