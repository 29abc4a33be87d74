package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.LoadSettingsBuilder;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads YAML of strangers. What builds values recurses, and values that share parts through aliases can be without end once
 * they are written out; so how deep and how large everything is when written out is found first, from the parser's events.
 *
 * @param label names the text in errors
 * @param largest how many characters it may have, as it stands and with each alias written out
 * @param next what to do about an error
 */
public record BoundedYaml(String label, int largest, String next) {
    private static final int DEEPEST = 50;

    /**
     * The text's value: texts, numbers, booleans, lists, maps, and what the settings construct; null where it is empty.
     *
     * @throws StoaException of kind {@code USER}, naming label, line and column
     */
    public @Nullable Object read(String text, LoadSettingsBuilder settings) {
        if (text.length() > largest) {
            throw wrong("", "more than " + largest + " characters");
        }
        LoadSettings bounded = settings.setLabel(label)
                .setCodePointLimit(largest)
                // The size that they come to is bounded instead.
                .setMaxAliasesForCollections(Integer.MAX_VALUE)
                .build();
        try {
            Composer composer = new Composer(
                    bounded, new Measure(new ParserImpl(bounded, new StreamReader(bounded, new StringReader(text)))));
            return new StandardConstructor(bounded).constructSingleDocument(composer.getSingleNode());
        } catch (MarkedYamlEngineException e) {
            throw wrong(place(e.getProblemMark()), "not valid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw wrong("", "not valid YAML: " + e.getMessage());
        }
    }

    private StoaException wrong(String place, String what) {
        return StoaException.user(label + place + ": " + what + "; " + next);
    }

    private static String place(Optional<Mark> mark) {
        return mark.map(m -> ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1))
                .orElse("");
    }

    /** How large and how deep a part is when it is written out. */
    private record Extent(long size, int depth) {
        Extent with(Extent inner) {
            return new Extent(size + inner.size, Math.max(depth, inner.depth + 1));
        }
    }

    /** Looks at each event before the composer goes on to the next. */
    private final class Measure implements Parser {
        private record Open(Optional<Anchor> anchor, Extent soFar) {}

        private final Map<Anchor, Extent> anchored = new HashMap<>();
        private final Set<Anchor> within = new HashSet<>();
        private final Deque<Open> open = new ArrayDeque<>();
        private final Parser events;

        Measure(Parser events) {
            this.events = events;
        }

        @Override
        public boolean checkEvent(Event.ID id) {
            return events.checkEvent(id);
        }

        @Override
        public Event peekEvent() {
            return events.peekEvent();
        }

        @Override
        public boolean hasNext() {
            return events.hasNext();
        }

        @Override
        public Event next() {
            Event event = events.next();
            measure(event);
            return event;
        }

        private void measure(Event event) {
            switch (event) {
                case CollectionStartEvent start -> {
                    open.push(new Open(start.getAnchor(), new Extent(1, 1)));
                    start.getAnchor().ifPresent(within::add);
                    check(event, open.size());
                }
                case CollectionEndEvent _ -> {
                    Open closed = open.pop();
                    closed.anchor.ifPresent(within::remove);
                    add(event, closed.anchor, closed.soFar);
                }
                case ScalarEvent scalar ->
                    add(
                            event,
                            scalar.getAnchor(),
                            new Extent(1L + scalar.getValue().length(), 0));
                case AliasEvent alias -> {
                    if (within.contains(alias.getAlias())) {
                        throw wrong(place(event.getStartMark()), "holds itself by way of *" + alias.getAlias());
                    }
                    Optional.ofNullable(anchored.get(alias.getAlias()))
                            .ifPresent(extent -> add(event, Optional.empty(), extent));
                }
                default -> {
                    // Starts and ends of documents.
                }
            }
        }

        private void add(Event event, Optional<Anchor> anchor, Extent extent) {
            anchor.ifPresent(name -> anchored.put(name, extent));
            check(event, open.size() + extent.depth);
            if (!open.isEmpty()) {
                Open around = open.pop();
                Extent whole = around.soFar.with(extent);
                if (whole.size > largest) {
                    throw wrong(
                            place(event.getStartMark()),
                            "more than " + largest + " characters once its aliases are written out");
                }
                open.push(new Open(around.anchor, whole));
            }
        }

        private void check(Event event, int depth) {
            if (depth > DEEPEST) {
                throw wrong(place(event.getStartMark()), "nested more than " + DEEPEST + " deep");
            }
        }
    }
}
