package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Section.Line;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which colour and dash a line has. A target keeps its own through the whole page; where a section has variants, these are what is
 * to be told apart, and they are counted anew. The limit is gray, and takes nobody's colour.
 */
final class Slots {
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<String> names;

    Slots(List<Section> sections, List<String> names) {
        this.names = names;
        for (Section section : sections) {
            for (Line line : section.lines()) {
                if (!line.side().isLimit() && !hasVariants(section)) {
                    slots.putIfAbsent(ChartData.label(line, names), slots.size());
                }
            }
        }
    }

    int of(Section section, Line line) {
        if (line.side().isLimit()) {
            return 1 + line.report() + (line.side().variant().equals(Side.SLOW) ? 1 : 0);
        }
        return hasVariants(section)
                ? section.lines().stream()
                        .filter(other -> !other.side().isLimit())
                        .toList()
                        .indexOf(line)
                : slots.getOrDefault(ChartData.label(line, names), 0);
    }

    private static boolean hasVariants(Section section) {
        return section.lines().stream().anyMatch(line -> !line.side().variant().isEmpty());
    }
}
