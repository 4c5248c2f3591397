package io.sluice.loadtest.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How large payloads are: one size, a range of which each is as likely, or several of these with weights.
 *
 * @param parts at least one
 */
public record Sizes(List<Part> parts) {
    /** The largest payload. */
    public static final int MAX_BYTES = 64 * 1024 * 1024;

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*(B|KiB|MiB)?");

    /**
     * Sizes from {@code minBytes} to {@code maxBytes}.
     *
     * @param weight how often, against the other parts; from 1
     */
    public record Part(int minBytes, int maxBytes, int weight) {
        public Part {
            if (minBytes < Stamp.BYTES || maxBytes > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "a payload of " + text(minBytes < Stamp.BYTES ? minBytes : maxBytes) + " is not possible: "
                                + text(Stamp.BYTES) + " (who, which and when) to " + text(MAX_BYTES) + " are");
            }
            if (maxBytes < minBytes) {
                throw new IllegalArgumentException("the range " + text(minBytes) + "-" + text(maxBytes)
                        + " is empty: write the smaller size first");
            }
            if (weight < 1) {
                throw new IllegalArgumentException("the weight " + weight + " is not possible: weights begin at 1");
            }
        }

        @Override
        public String toString() {
            return minBytes == maxBytes ? text(minBytes) : text(minBytes) + "-" + text(maxBytes);
        }
    }

    public Sizes {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a size is needed, such as 128 B");
        }
        parts = List.copyOf(parts);
    }

    /** One size for all. */
    public static Sizes fixed(int bytes) {
        return new Sizes(List.of(new Part(bytes, bytes, 1)));
    }

    /**
     * Reads {@code 128}, {@code 128 B}, {@code 1 KiB}, a range {@code 16 B-1 KiB}, or several with weights
     * {@code 128 B*9,16 KiB*1}.
     *
     * @throws IllegalArgumentException with what was found and what is allowed
     */
    public static Sizes parse(String text) {
        List<Part> parts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            parts.add(parsePart(part.strip(), text));
        }
        return new Sizes(parts);
    }

    private static Part parsePart(String part, String all) {
        int star = part.indexOf('*');
        String range = star < 0 ? part : part.substring(0, star).strip();
        String weight = star < 0 ? "1" : part.substring(star + 1).strip();
        if (!weight.matches("\\d{1,6}")) {
            throw notUnderstood(all);
        }
        int dash = range.indexOf('-');
        int min = bytes(dash < 0 ? range : range.substring(0, dash).strip(), all);
        int max = dash < 0 ? min : bytes(range.substring(dash + 1).strip(), all);
        return new Part(min, max, Integer.parseInt(weight));
    }

    private static int bytes(String size, String all) {
        Matcher matcher = SIZE.matcher(size);
        if (!matcher.matches()) {
            throw notUnderstood(all);
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = unit.equals("MiB") ? 20 : unit.equals("KiB") ? 10 : 0;
        // Far too large is said with the largest int: what matters is that it is refused, and not that it wraps around.
        return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(matcher.group(1)) << shift);
    }

    private static IllegalArgumentException notUnderstood(String text) {
        return new IllegalArgumentException("not a size: \"" + text
                + "\"; write 128, 128 B, 1 KiB, a range 16 B-1 KiB, or several with weights 128 B*9,16 KiB*1");
    }

    /** Whether all payloads have one size. */
    public boolean isFixed() {
        return parts.stream()
                .allMatch(part -> part.minBytes == parts.get(0).minBytes && part.maxBytes == parts.get(0).minBytes);
    }

    int smallest() {
        return parts.stream().mapToInt(Part::minBytes).min().orElseThrow();
    }

    int largest() {
        return parts.stream().mapToInt(Part::maxBytes).max().orElseThrow();
    }

    /** The mean over many, in bytes. */
    public double mean() {
        double sum = 0;
        for (Part part : parts) {
            sum += ((double) part.minBytes + part.maxBytes) / 2 * part.weight;
        }
        return sum / weights();
    }

    /** One at random. */
    int draw(Random random) {
        long at = random.nextLong(weights());
        for (Part part : parts) {
            at -= part.weight;
            if (at < 0) {
                return random.nextInt(part.minBytes, part.maxBytes + 1);
            }
        }
        throw new AssertionError("beyond the last part");
    }

    private long weights() {
        return parts.stream().mapToLong(Part::weight).sum();
    }

    private static String text(int bytes) {
        if (bytes > 0 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + " MiB";
        }
        return bytes > 0 && bytes % (1 << 10) == 0 ? (bytes >> 10) + " KiB" : bytes + " B";
    }

    /** The text that gives the same when parsed: "128 B", "16 B-1 KiB", "128 B*9,16 KiB*1". */
    @Override
    public String toString() {
        if (parts.size() == 1) {
            return parts.get(0).toString();
        }
        return parts.stream().map(part -> part + "*" + part.weight).collect(Collectors.joining(","));
    }
}
