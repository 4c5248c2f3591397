package io.sluice.systemtest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The file in which a broker writes its counters, as it grows. */
final class StatsReader {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int TAIL_BYTES = 1 << 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Path file;

    StatsReader(Path file) {
        this.file = file;
    }

    /** A JSON object of the file: a whole line, or a part of one. */
    record Sample(Map<String, Object> values) {
        Instant time() {
            return Instant.parse(text("time"));
        }

        /** The number at the end of a path of names. */
        long number(String... path) {
            Sample at = this;
            for (int i = 0; i < path.length - 1; i++) {
                at = at.part(path[i]);
            }
            return (Long) at.value(path[path.length - 1]);
        }

        /** The number, or 0 where there is none of that name: a subscriber lists only what it has dropped. */
        long numberOr0(String part, String name) {
            return part(part).values.containsKey(name) ? number(part, name) : 0;
        }

        /** The sum of all numbers of a part. */
        long sum(String part) {
            return part(part).values.values().stream()
                    .mapToLong(value -> (Long) value)
                    .sum();
        }

        String text(String name) {
            return (String) value(name);
        }

        boolean flag(String name) {
            return (Boolean) value(name);
        }

        @SuppressWarnings("unchecked") // The parser below makes objects of nothing else.
        List<Sample> subscribers() {
            return ((List<Object>) value("subscribers"))
                    .stream()
                            .map(each -> new Sample((Map<String, Object>) each))
                            .toList();
        }

        /** The only subscriber of a destination. */
        Sample subscriberOf(String destination) {
            List<Sample> found = subscribers().stream()
                    .filter(each -> each.text("destination").equals(destination))
                    .toList();
            if (found.size() != 1) {
                throw new AssertionError(found.size() + " subscribers of " + destination + ": " + this);
            }
            return found.get(0);
        }

        boolean isSubscribed(String destination) {
            return subscribers().stream()
                    .anyMatch(each -> each.text("destination").equals(destination));
        }

        @SuppressWarnings("unchecked")
        private Sample part(String name) {
            return new Sample((Map<String, Object>) value(name));
        }

        private Object value(String name) {
            Object value = values.get(name);
            if (value == null) {
                throw new AssertionError("no " + name + " in " + values);
            }
            return value;
        }
    }

    /** Waits for a sample, taken from now on, that is as it should be. */
    Sample await(String what, Predicate<Sample> wanted) {
        Instant now = Instant.now();
        List<Sample> seen = new ArrayList<>();
        try {
            Awaitility.await()
                    .atMost(TIMEOUT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        Sample last = last();
                        if (last != null && last.time().isAfter(now)) {
                            seen.clear();
                            seen.add(last);
                            return wanted.test(last);
                        }
                        return false;
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not within " + TIMEOUT + ": " + what + "; last: " + seen, e);
        }
        return seen.get(0);
    }

    /** A sample taken from now on. */
    Sample fresh() {
        return await("a sample", sample -> true);
    }

    /** All samples so far, to the last whole line. */
    List<Sample> all() {
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(StatsReader::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last whole line; null if there is none yet. */
    Sample last() {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long start = Math.max(0, in.length() - TAIL_BYTES);
            byte[] tail = new byte[(int) (in.length() - start)];
            in.seek(start);
            in.readFully(tail);
            String text = new String(tail, StandardCharsets.UTF_8);
            int end = text.lastIndexOf('\n');
            return end < 0 ? null : parse(text.substring(text.lastIndexOf('\n', end - 1) + 1, end));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Sample parse(String line) {
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), line)) {
            return new Sample((Map<String, Object>) value(in, in.nextToken()));
        }
    }

    private static Object value(JsonParser in, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> array(in);
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> in.getString();
            default -> throw new AssertionError("the statistics have no " + token);
        };
    }

    private static Map<String, Object> object(JsonParser in) {
        Map<String, Object> values = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            values.put(name, value(in, in.nextToken()));
        }
        return values;
    }

    private static List<Object> array(JsonParser in) {
        List<Object> values = new ArrayList<>();
        JsonToken token;
        while ((token = in.nextToken()) != JsonToken.END_ARRAY) {
            values.add(value(in, token));
        }
        return values;
    }
}
