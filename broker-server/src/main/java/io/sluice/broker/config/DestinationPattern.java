package io.sluice.broker.config;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Names of destinations an overflow rule applies to: {@code /topic/prices}, {@code /topic/*}, {@code /queue/**}.
 *
 * <p>A name is a sequence of segments between slashes; an empty segment is one too. In a pattern, {@code *} stands for
 * exactly one segment, whatever it is, and {@code **} as the last segment for the rest, which may be nothing:
 * {@code /queue/**} matches {@code /queue} as well as {@code /queue/a/b}. Both have this meaning only as a whole
 * segment. All other text is a name's: 1 to 1,024 bytes of UTF-8 without control characters, not beginning with
 * {@code $}, without segments that are exactly {@code #}, {@code +} or {@code >}.
 */
public final class DestinationPattern {
    private static final int MAX_BYTES = 1024;
    private static final String ONE = "*";
    private static final String REST = "**";
    private static final List<String> RESERVED = List.of("#", "+", ">");

    private final String text;
    private final String[] segments;
    private final boolean openEnd;

    private DestinationPattern(String text, String[] segments, boolean openEnd) {
        this.text = text;
        this.segments = segments;
        this.openEnd = openEnd;
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is none; the message says what is wrong without repeating the text
     */
    public static DestinationPattern parse(String text) {
        checkText(text);
        String[] segments = text.split("/", -1);
        int last = segments.length - 1;
        for (int i = 0; i <= last; i++) {
            if (RESERVED.contains(segments[i])) {
                throw new IllegalArgumentException("a segment must not be exactly #, + or >");
            }
            if (segments[i].equals(REST) && i < last) {
                throw new IllegalArgumentException("** stands for the rest: only the last segment may be **");
            }
        }
        if (!segments[last].equals(REST)) {
            return new DestinationPattern(text, segments, false);
        }
        String[] fixed = Arrays.copyOf(segments, last);
        if (last == 0 || text.equals("/**")) {
            // No name is empty, so ** says the same as */**, and /** the same as /*/**; written so, covers() sees it.
            fixed = Arrays.copyOf(segments, last + 1);
            fixed[last] = ONE;
        }
        return new DestinationPattern(text, fixed, true);
    }

    /** Whether the destination of this name is meant. */
    public boolean matches(String name) {
        int start = 0;
        for (String segment : segments) {
            if (start > name.length()) {
                return false;
            }
            int end = endOfSegment(name, start);
            boolean same = segment.length() == end - start && name.startsWith(segment, start);
            if (!same && !segment.equals(ONE)) {
                return false;
            }
            start = end + 1;
        }
        return openEnd || start > name.length();
    }

    /** Whether this pattern matches every name that the other one matches. */
    public boolean covers(DestinationPattern other) {
        if (openEnd ? other.segments.length < segments.length : !sameLength(other)) {
            return false;
        }
        for (int i = 0; i < segments.length; i++) {
            if (!segments[i].equals(ONE) && !segments[i].equals(other.segments[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether all names it matches are those of queues, {@code /queue} and {@code /queue/…}. */
    boolean matchesOnlyQueues() {
        return segments.length >= 2 && segments[0].isEmpty() && segments[1].equals("queue");
    }

    /** The pattern as it was written. */
    @Override
    public String toString() {
        return text;
    }

    private boolean sameLength(DestinationPattern other) {
        return !other.openEnd && other.segments.length == segments.length;
    }

    private static int endOfSegment(String name, int start) {
        int slash = name.indexOf('/', start);
        return slash < 0 ? name.length() : slash;
    }

    private static void checkText(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a pattern must not be empty");
        }
        if (text.startsWith("$")) {
            throw new IllegalArgumentException("names that begin with $ are kept for system topics");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("a pattern must be valid Unicode");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("a pattern must not be longer than " + MAX_BYTES + " bytes");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a pattern must not have control characters");
        }
    }
}
