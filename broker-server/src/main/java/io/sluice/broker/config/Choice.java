package io.sluice.broker.config;

import io.sluice.broker.base.Shown;
import java.util.List;

/** One of a few words. */
final class Choice implements Kind<String> {
    private final List<String> words;

    Choice(String... words) {
        this.words = List.of(words);
    }

    @Override
    public String parse(String text) {
        check(text);
        return text;
    }

    @Override
    public void check(String value) {
        if (!words.contains(value)) {
            throw new IllegalArgumentException(Shown.text(value) + ": must be " + allowed());
        }
    }

    @Override
    public String print(String value) {
        return value;
    }

    @Override
    public String allowed() {
        return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.get(words.size() - 1);
    }
}
