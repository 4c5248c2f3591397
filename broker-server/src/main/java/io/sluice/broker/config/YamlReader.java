package io.sluice.broker.config;

import io.sluice.broker.base.Shown;
import io.sluice.broker.config.YamlNode.Entries;
import io.sluice.broker.config.YamlNode.Entry;
import io.sluice.broker.config.YamlNode.Items;
import io.sluice.broker.config.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML 1.2 document into {@link YamlNode}s.
 *
 * <p>It works on the parser's events and not on composed nodes: these are streamed, so a limit of depth holds before the
 * stack runs out. Anchors, aliases, tags and further documents are refused.
 */
final class YamlReader {
    /** Deeper than any configuration; what is deeper is garbage or an attack. */
    private static final int MAX_DEPTH = 16;

    private static final LoadSettings SETTINGS = LoadSettings.builder().build();

    private final Iterator<Event> events;

    private YamlReader(Iterator<Event> events) {
        this.events = events;
    }

    /** Reads the document; an empty one is a scalar that is nothing. */
    static YamlNode read(String text) throws YamlFault {
        try {
            return new YamlReader(new Parse(SETTINGS).parseString(text).iterator()).document();
        } catch (MarkedYamlEngineException e) {
            throw new YamlFault(line(e.getProblemMark()), "not valid YAML: " + Shown.text(problem(e)));
        } catch (ReaderException e) {
            int line = 1
                    + (int) text.codePoints()
                            .limit(e.getPosition())
                            .filter(c -> c == '\n')
                            .count();
            String character = String.format("U+%04X", e.getCodePoint());
            throw new YamlFault(line, "not valid YAML: the character " + character + " is not allowed");
        } catch (YamlEngineException e) {
            throw new YamlFault(1, "not valid YAML: " + Shown.text(String.valueOf(e.getMessage())));
        }
    }

    private YamlNode document() throws YamlFault {
        events.next();
        Event first = events.next();
        if (first.getEventId() == Event.ID.StreamEnd) {
            return new Scalar(1, "", true);
        }
        YamlNode root = node(events.next(), 1);
        events.next();
        Event end = events.next();
        if (end.getEventId() != Event.ID.StreamEnd) {
            throw new YamlFault(line(end.getStartMark()), "a second document begins here; only one is read");
        }
        return root;
    }

    private YamlNode node(Event event, int depth) throws YamlFault {
        int line = line(event.getStartMark());
        refuseWhatIsNotUsed(event, line);
        if (depth > MAX_DEPTH) {
            throw new YamlFault(line, "nested deeper than " + MAX_DEPTH + " levels");
        }
        if (event instanceof ScalarEvent scalar) {
            return scalar(scalar, line);
        }
        if (event instanceof SequenceStartEvent) {
            return items(line, depth);
        }
        if (event instanceof MappingStartEvent) {
            return entries(line, depth);
        }
        throw new YamlFault(line, "not valid YAML");
    }

    private Items items(int line, int depth) throws YamlFault {
        List<YamlNode> items = new ArrayList<>();
        for (Event next = events.next(); next.getEventId() != Event.ID.SequenceEnd; next = events.next()) {
            items.add(node(next, depth + 1));
        }
        return new Items(line, items);
    }

    private Entries entries(int line, int depth) throws YamlFault {
        List<Entry> entries = new ArrayList<>();
        for (Event next = events.next(); next.getEventId() != Event.ID.MappingEnd; next = events.next()) {
            YamlNode name = node(next, depth + 1);
            if (!(name instanceof Scalar text)) {
                throw new YamlFault(name.line(), "found " + name.noun() + " where a key is expected");
            }
            entries.add(new Entry(name.line(), text.text(), node(events.next(), depth + 1)));
        }
        return new Entries(line, entries);
    }

    private static Scalar scalar(ScalarEvent event, int line) {
        String text = event.getValue();
        boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
        boolean nothing = plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        return new Scalar(line, nothing ? "" : text, nothing);
    }

    private static void refuseWhatIsNotUsed(Event event, int line) throws YamlFault {
        Optional<Anchor> anchor = event instanceof NodeEvent node ? node.getAnchor() : Optional.empty();
        if (event instanceof AliasEvent || anchor.isPresent()) {
            throw new YamlFault(line, "anchors and aliases (& and *) are not supported; put text with them in quotes");
        }
        boolean scalarTag =
                event instanceof ScalarEvent scalar && scalar.getTag().isPresent();
        boolean collectionTag =
                event instanceof CollectionStartEvent start && start.getTag().isPresent();
        if (scalarTag || collectionTag) {
            throw new YamlFault(line, "tags (!) are not supported; put text with them in quotes");
        }
    }

    private static String problem(MarkedYamlEngineException e) {
        String context = e.getContext();
        return context == null ? e.getProblem() : context + ", " + e.getProblem();
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(m -> m.getLine() + 1).orElse(1);
    }
}
