package io.sluice.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One line of a broker's statistics file. */
final class BrokerStats {
    private static final Pattern NUMBER = Pattern.compile("\"([^\"]+)\":(-?\\d+)");
    private static final Pattern SUBSCRIBER = Pattern.compile("\\{\"id\":.*?\"slow\":(?:true|false)\\}");

    private final String line;

    /** A subscriber in it. */
    record Subscriber(String line) {
        boolean isAt(String address) {
            return line.contains("\"remote_address\":\"" + address + "\"");
        }

        long number(String key) {
            return numberIn(line, key);
        }
    }

    private BrokerStats(String line) {
        this.line = line;
    }

    /** All that are there. */
    static List<BrokerStats> all(BrokerProcess broker) {
        try {
            String text = Files.readString(broker.statsFile());
            // The last line may not be there completely.
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(BrokerStats::new)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The latest; of a broker that has ended, its last word. */
    static BrokerStats latest(BrokerProcess broker) {
        List<BrokerStats> all = all(broker);
        if (all.isEmpty()) {
            throw new IllegalStateException("no statistics yet in " + broker.statsFile());
        }
        return all.get(all.size() - 1);
    }

    /** Waits for a line that was written after this call. */
    static BrokerStats next(BrokerProcess broker) {
        int seen = all(broker).size();
        // One that was begun before may be the next to be complete.
        LoadRun.await("statistics").until(() -> all(broker).size() > seen + 1);
        return latest(broker);
    }

    /** A counter or gauge of the broker as a whole. */
    long number(String key) {
        return numberIn(line, key);
    }

    /** How many messages were dropped for whatever reason, but for those. */
    long droppedExcept(String... reasons) {
        Matcher object = Pattern.compile("\"dropped_messages\":\\{([^}]*)\\}").matcher(line);
        if (!object.find()) {
            throw new IllegalStateException("no dropped_messages in " + line);
        }
        long dropped = 0;
        Matcher number = NUMBER.matcher(object.group(1));
        while (number.find()) {
            dropped += List.of(reasons).contains(number.group(1)) ? 0 : Long.parseLong(number.group(2));
        }
        return dropped;
    }

    /** How many connections were closed for a reason. */
    long closes(String reason) {
        Matcher object = Pattern.compile("\"closes\":\\{([^}]*)\\}").matcher(line);
        return object.find() ? numberIn(object.group(1), reason) : 0;
    }

    List<Subscriber> subscribers() {
        List<Subscriber> subscribers = new ArrayList<>();
        Matcher matcher = SUBSCRIBER.matcher(line);
        while (matcher.find()) {
            subscribers.add(new Subscriber(matcher.group()));
        }
        return subscribers;
    }

    /** The subscriber with an address. */
    Subscriber subscriberAt(String address) {
        return subscribers().stream()
                .filter(subscriber -> subscriber.isAt(address))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no subscriber " + address + " in " + line));
    }

    private static long numberIn(String text, String key) {
        Matcher matcher = NUMBER.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(key)) {
                return Long.parseLong(matcher.group(2));
            }
        }
        throw new IllegalStateException("no number " + key + " in " + text);
    }

    @Override
    public String toString() {
        return line;
    }
}
