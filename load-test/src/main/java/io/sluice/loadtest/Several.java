package io.sluice.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The default of an option that may be repeated; help shows it as the user would write it. */
final class Several<T> extends ArrayList<T> {
    private static final long serialVersionUID = 1;

    Several(T only) {
        super(List.of(only));
    }

    @Override
    public String toString() {
        return stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
