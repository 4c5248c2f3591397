package io.sluice.broker.config;

import io.sluice.broker.config.Quantity.Of;

/** A port, or {@code auto}: the usual one where that is free and wanted, see {@link AdminConfig#AUTO_PORT}. */
final class AdminPort implements Kind<Long> {
    private static final String AUTO = "auto";

    private final Quantity numbers = new Quantity(Of.THINGS, "0", "65535", "");

    @Override
    public Long parse(String text) {
        return text.equals(AUTO) ? Long.valueOf(AdminConfig.AUTO_PORT) : numbers.parse(text);
    }

    @Override
    public void check(Long value) {
        if (value != AdminConfig.AUTO_PORT) {
            numbers.check(value);
        }
    }

    @Override
    public String print(Long value) {
        return value == AdminConfig.AUTO_PORT ? AUTO : numbers.print(value);
    }

    @Override
    public String allowed() {
        return numbers.allowed() + ", or " + AUTO;
    }
}
