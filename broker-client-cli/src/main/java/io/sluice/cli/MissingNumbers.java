package io.sluice.cli;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the numbers in payloads of {@code sluice send}, and says after an interruption how many did not come. For other
 * payloads it says nothing.
 */
final class MissingNumbers {
    private static final Pattern NUMBERED = Pattern.compile("Msg (\\d{1,18}) from ([0-9a-f]{8})(?: \\.*)?");
    private static final int LONGEST_TEXT = 48;
    private static final int MOST_SENDERS = 1_000;

    private static final class LastSeen {
        private long number;
        private int interruptions;
    }

    // The least recently seen sender goes first.
    private final Map<String, LastSeen> senders = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, LastSeen> eldest) {
            return size() > MOST_SENDERS;
        }
    };
    private volatile int interruptions;

    /** The connection was made again. For any thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread tells of all connections
    void interrupted() {
        interruptions++;
    }

    /** Looks at a payload; returns what to tell the user, null if there is nothing. */
    @Nullable
    String look(byte[] payload) {
        // The dots that fill it up need not be looked at.
        String head = new String(payload, 0, Math.min(payload.length, LONGEST_TEXT), StandardCharsets.ISO_8859_1);
        Matcher matcher = NUMBERED.matcher(head);
        if (!matcher.matches()) {
            return null;
        }
        long number = Long.parseLong(matcher.group(1));
        String sender = matcher.group(2);
        int now = interruptions;
        LastSeen last = senders.get(sender);
        if (last == null) {
            last = new LastSeen();
            last.interruptions = now;
            senders.put(sender, last);
        }
        long missing = number - last.number - 1;
        boolean tell = last.interruptions != now && missing > 0;
        String news = tell
                ? missing + (missing == 1 ? " message" : " messages") + " of " + sender + " did not come: "
                        + (last.number + 1) + " to " + (number - 1)
                : null;
        last.number = number;
        last.interruptions = now;
        return news;
    }
}
