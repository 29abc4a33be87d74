package io.stoa.inspect.template;

import io.stoa.engine.chat.jinja.Mentions;
import io.stoa.inspect.template.Conversation.Turn;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a template does, learnt by running it: a conversation of words that mean nothing gives its frame, and any other
 * content must come out in the same frame. Where it does not, the template branches on what was said.
 */
final class Behaviour {
    private static final int MOST_TEXTS = 500;
    private static final int MOST_RUNS = 40_000;
    private static final int ROUNDS = 4;
    private static final int MOST_PAIRED = 16;
    private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool", "developer", "function");
    private static final int MOST_DIVERGENCES = 200;
    private static final int MOST_TURNS = 120;
    private static final Pattern DATE = Pattern.compile("(20[0-9]{2})-?([0-9]{2})?-?([0-9]{2})?");

    /** Conversations that templates know; those that one refuses are left out. */
    private static final List<Conversation> SHAPES = List.of(
            Conversation.of("one question", "u", false, true),
            Conversation.of("system message and question", "su", false, true),
            Conversation.of("second question", "uau", false, true),
            Conversation.of("system message, third question", "suauau", false, true),
            Conversation.of("question and answer", "ua", false, false),
            Conversation.of("question with a tool", "u", true, true),
            Conversation.of("system message and question with a tool", "su", true, true));

    private final Rendering rendering;
    private final Mentions mentions;
    private final List<Divergence> divergences = new ArrayList<>();
    private final Map<Conversation, String> frames = new LinkedHashMap<>();
    private final Set<String> kept = new HashSet<>();
    private boolean exhausted;

    Behaviour(Rendering rendering, Mentions mentions) {
        this.rendering = rendering;
        this.mentions = mentions;
        for (Conversation shape : SHAPES) {
            rendering.of(shape).ifPresent(frame -> frames.put(shape, frame));
        }
    }

    /** The prompts for words that mean nothing, of the conversations that the template takes. */
    Map<Conversation, String> frames() {
        return frames;
    }

    List<Divergence> divergences() {
        return divergences;
    }

    /** Whether something was left untried because there was too much of it. */
    boolean exhausted() {
        return exhausted;
    }

    void explore() {
        Trials.usual(mentions.numbers()).forEach(this::everywhere);
        texts();
        if (divergences.stream().anyMatch(found -> found.what().equals("an everyday subject"))) {
            Trials.subjects().values().forEach(this::everywhere);
        }
        turns();
        dates();
    }

    /** Texts that the template mentions, or compares contents with when it runs; new ones come up as branches are taken. */
    private void texts() {
        Set<String> tried = new LinkedHashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            Set<String> texts = new LinkedHashSet<>(mentions.texts());
            texts.addAll(rendering.compared());
            texts.removeIf(text -> text.isBlank() || text.length() > 300 || tried.contains(text));
            if (texts.isEmpty()) {
                break;
            }
            if (tried.size() + texts.size() > MOST_TEXTS) {
                exhausted = true;
                texts = new LinkedHashSet<>(
                        texts.stream().limit(MOST_TEXTS - tried.size()).toList());
            }
            for (String text : texts) {
                boolean compared = rendering.compared().contains(text);
                (compared ? Trials.around(text) : Trials.with(text)).forEach(this::everywhere);
            }
            tried.addAll(texts);
        }
        List<String> words = tried.stream()
                .filter(text -> text.matches("[\\p{L}\\p{N} .,'?!-]{3,}"))
                .toList();
        pairs().forEach(this::everywhere);
        if (words.size() > 1) {
            everywhere(Trials.together("several texts together", words));
            inAllTurns(Trials.together("several texts together, in every message", words));
        }
    }

    /** Two texts that contents were compared with, in either order: a branch may ask for both. */
    List<Trials.Trial> pairs() {
        List<String> compared = rendering.compared().stream()
                .filter(text -> text.length() > 2 && !ROLES.contains(text))
                .limit(MOST_PAIRED)
                .toList();
        List<Trials.Trial> pairs = new ArrayList<>();
        for (String first : compared) {
            for (String second : compared) {
                if (!first.equals(second)) {
                    pairs.add(Trials.pair(first, second));
                }
            }
        }
        return pairs;
    }

    /** In each place of each short conversation. */
    private void everywhere(Trials.Trial trial) {
        Conversation first = frames.keySet().iterator().next();
        for (Conversation shape : frames.keySet()) {
            if (shape.turns().size() > 3 || (!trial.everywhere() && !shape.equals(first))) {
                continue;
            }
            for (int place = 0; place < shape.turns().size(); place++) {
                if (rendering.runs() > MOST_RUNS || divergences.size() >= MOST_DIVERGENCES) {
                    exhausted = true;
                    return;
                }
                once(shape, place, trial);
            }
        }
    }

    private void once(Conversation shape, int place, Trials.Trial trial) {
        Turn turn = shape.turns().get(place);
        String frame = frames.getOrDefault(shape, "");
        Words expected = Words.of(frame).minus(Words.of(turn.content()));
        int times = frame.contains(turn.content()) ? 1 : 0;
        if (times == 1) {
            expected = expected.plus(Words.of(trial.content()));
        }
        compare(trial.what(), turn.role(), shape, expected, rendering.of(shape.with(place, trial.content())));
    }

    private void inAllTurns(Trials.Trial trial) {
        for (Map.Entry<Conversation, String> entry : frames.entrySet()) {
            Words expected = Words.of(entry.getValue());
            Conversation changed = entry.getKey();
            for (int place = 0; place < changed.turns().size(); place++) {
                Turn turn = changed.turns().get(place);
                if (turn.role().equals("user") && entry.getValue().contains(turn.content())) {
                    expected = expected.minus(Words.of(turn.content())).plus(Words.of(trial.content()));
                    changed = changed.with(place, trial.content());
                }
            }
            compare(trial.what(), "user", changed, expected, rendering.of(changed));
        }
    }

    private void compare(String what, String role, Conversation conversation, Words expected, Optional<String> prompt) {
        if (prompt.isEmpty()) {
            diverges(what, role, conversation, Words.of(""), Words.of(""), refusal());
            return;
        }
        Words there = Words.of(prompt.get());
        Words added = there.minus(expected);
        Words dropped = expected.minus(there);
        if (!added.isEmpty() || !dropped.isEmpty()) {
            diverges(what, role, conversation, added, dropped, "");
        }
    }

    private String refusal() {
        return rendering.refusal().map(e -> e.reason() + ": " + e.message()).orElse("for no reason");
    }

    /** Keeps a divergence; of those of one cause one that adds words counts more than others. */
    private void diverges(
            String what, String role, Conversation conversation, Words added, Words dropped, String refusal) {
        boolean said = kept.contains(what + role + !added.isEmpty());
        if (!said && divergences.size() < MOST_DIVERGENCES) {
            kept.add(what + role + !added.isEmpty());
            divergences.add(new Divergence(what, role, conversation.name(), added, dropped, refusal));
        }
    }

    /** Many turns: what stands between two messages does not depend on which they are, but for the first and the last. */
    private void turns() {
        for (Conversation many : longConversations()) {
            rendering.of(many).ifPresent(prompt -> segments(many, prompt));
        }
    }

    /** As many messages as the template has numbers for, and some more. */
    List<Conversation> longConversations() {
        Set<Integer> lengths = new LinkedHashSet<>(List.of(47, 50));
        mentions.numbers().stream()
                .filter(number -> number > 3 && number <= MOST_TURNS)
                .forEach(number -> {
                    lengths.add(number);
                    lengths.add(number + 1);
                });
        return lengths.stream().limit(16).map(Behaviour::ofLength).toList();
    }

    private static Conversation ofLength(int messages) {
        String begin = messages % 2 == 1 ? "" : "s";
        String roles = begin + "ua".repeat((messages - 1) / 2) + "u";
        return Conversation.of(messages + " messages", roles, false, true);
    }

    /** What stands before a message. */
    private record Segment(Turn turn, int number, Words words) {}

    private void segments(Conversation many, String prompt) {
        List<Segment> segments = new ArrayList<>();
        int end = 0;
        for (int place = 0; place < many.turns().size(); place++) {
            Turn turn = many.turns().get(place);
            int at = prompt.indexOf(turn.content(), end);
            if (turn.role().equals("system") && prompt.contains(turn.content())) {
                // Some templates put it before the last question instead of the first.
                continue;
            }
            if (at < 0) {
                diverges("message number " + (place + 1), "", many, Words.of(""), Words.of(turn.content()), "");
                continue;
            }
            if (place > 1) {
                segments.add(new Segment(turn, place + 1, Words.of(prompt.substring(end, at))));
            }
            end = at + turn.content().length();
        }
        for (String role : List.of("user", "assistant")) {
            List<Segment> same = segments.stream()
                    .filter(segment -> segment.turn().role().equals(role))
                    .toList();
            Words usual = usual(same);
            for (Segment segment : same) {
                Words added = segment.words().minus(usual);
                if (!added.isEmpty() && segment.number() < many.turns().size() - 1) {
                    diverges("message number " + segment.number(), "", many, added, Words.of(""), "");
                }
            }
        }
        lastTurn(many, prompt);
    }

    private static Words usual(List<Segment> segments) {
        Map<List<String>, Integer> counts = new HashMap<>();
        segments.forEach(segment -> counts.merge(segment.words().list(), 1, Integer::sum));
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return segments.stream()
                .map(Segment::words)
                .filter(words -> counts.getOrDefault(words.list(), 0) == most)
                .findFirst()
                .orElse(Words.of(""));
    }

    /** What stands around the last question is what stands around the only one of a shorter conversation. */
    private void lastTurn(Conversation many, String prompt) {
        Words contents = Words.of("");
        for (Turn turn : many.turns()) {
            contents = contents.plus(Words.of(turn.content()));
        }
        Set<String> known = new LinkedHashSet<>();
        frames.values().forEach(frame -> known.addAll(plainWords(Words.of(frame))));
        Words rest = Words.of(prompt).minus(contents);
        List<String> others =
                plainWords(rest).stream().filter(word -> !known.contains(word)).toList();
        if (!others.isEmpty()) {
            Words added = Words.of(String.join(" ", others));
            diverges(many.turns().size() + " messages", "", many, added, Words.of(""), "");
        }
    }

    private static List<String> plainWords(Words words) {
        return words.list().stream()
                .map(word -> word.replaceFirst("×[0-9]+$", ""))
                .toList();
    }

    /** Other days and hours change the date that is printed, and nothing else. */
    private void dates() {
        if (!mentions.names().contains("strftime_now")) {
            return;
        }
        Conversation shape = frames.keySet().stream().findFirst().orElse(SHAPES.getFirst());
        Words expected = Words.of(frames.getOrDefault(shape, "")).withoutDates();
        for (Instant now : instants()) {
            Optional<String> prompt = rendering.of(shape, now);
            if (prompt.isPresent()) {
                Words there = Words.of(prompt.get()).withoutDates();
                Words added = there.minus(expected);
                Words dropped = expected.minus(there);
                if (!added.isEmpty() || !dropped.isEmpty()) {
                    diverges("the date " + now, "", shape, added, dropped, "");
                }
            }
        }
    }

    /** Days and hours that a template may wait for. */
    Set<Instant> instants() {
        Set<Instant> instants = new LinkedHashSet<>();
        for (int hour = 0; hour < 24; hour++) {
            instants.add(Rendering.USUAL.plusSeconds(3_600L * hour));
        }
        for (int day = 0; day < 31; day++) {
            instants.add(Rendering.USUAL.plusSeconds(86_400L * day));
        }
        for (int month = 0; month < 120; month++) {
            instants.add(
                    LocalDate.of(2025, 1, 15).plusMonths(month).atTime(12, 0).toInstant(ZoneOffset.UTC));
        }
        Set<String> texts = new LinkedHashSet<>(mentions.texts());
        texts.addAll(rendering.compared());
        mentions.numbers().forEach(number -> texts.add(number.toString()));
        for (String text : texts) {
            Matcher date = DATE.matcher(text);
            while (date.find()) {
                near(date).ifPresent(day -> {
                    for (int shift : new int[] {-1, 0, 1, 40, 400}) {
                        instants.add(day.plusDays(shift).atTime(12, 0).toInstant(ZoneOffset.UTC));
                    }
                });
            }
        }
        return instants;
    }

    private static Optional<LocalDate> near(Matcher date) {
        String month = Optional.ofNullable(date.group(2)).orElse("01");
        String day = Optional.ofNullable(date.group(3)).orElse("01");
        try {
            return Optional.of(LocalDate.parse(date.group(1) + "-" + month + "-" + day));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
