package io.sluice.broker.config;

import io.sluice.broker.base.Shown;

/** {@code true} or {@code false}. */
final class Flag implements Kind<Boolean> {
    @Override
    public Boolean parse(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(Shown.text(text) + ": must be " + allowed());
        };
    }

    @Override
    public void check(Boolean value) {
        // Both are allowed.
    }

    @Override
    public String print(Boolean value) {
        return value.toString();
    }

    @Override
    public String allowed() {
        return "true or false";
    }
}
