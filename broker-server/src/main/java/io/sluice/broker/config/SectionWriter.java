package io.sluice.broker.config;

import java.util.List;

/** Writes keys under the sections of their dotted paths, opening a section where the path enters it. */
final class SectionWriter {
    private static final String INDENT = "  ";

    private final StringBuilder out = new StringBuilder();
    private List<String> open = List.of();

    /** Opens the sections of the key that the key before was not in; returns the last segment of its path. */
    String enter(String key) {
        List<String> path = List.of(key.split("\\."));
        List<String> sections = path.subList(0, path.size() - 1);
        int common = 0;
        while (common < Math.min(open.size(), sections.size())
                && open.get(common).equals(sections.get(common))) {
            common++;
        }
        if (common == 0) {
            out.append('\n');
        }
        for (int depth = common; depth < sections.size(); depth++) {
            out.append(INDENT.repeat(depth)).append(sections.get(depth)).append(":\n");
        }
        open = sections;
        return path.get(path.size() - 1);
    }

    /** A line in the section that is open. */
    void line(String text) {
        out.append(INDENT.repeat(open.size())).append(text).append('\n');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
