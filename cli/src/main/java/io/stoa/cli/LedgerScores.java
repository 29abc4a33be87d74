package io.stoa.cli;

import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Interval;
import io.stoa.model.StoaException;
import io.stoa.store.Entry;
import io.stoa.store.SqliteLedger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What each answer in a ledger was worth, by candidate, task and item. A question that the documents do not answer is
 * worth 1 when it was declined.
 */
final class LedgerScores {
    private static final String VERDICT = "assess/verdict";
    private static final String SPEED = "hardware/speed";
    private static final String FIRST_BATCH = "#0";

    /** The task of each kind of check. */
    private static final Set<String> KINDS = Set.of("benchmark/", "integration/");

    private final Path home;
    private final Map<String, String> identities = new TreeMap<>();
    private final Map<String, SequencedMap<String, SequencedMap<String, Double>>> scores = new LinkedHashMap<>();
    private final Map<String, EvidenceKey> timed = new LinkedHashMap<>();
    private final Map<String, SpeedMeasurement> speeds = new LinkedHashMap<>();

    private LedgerScores(Path home) {
        this.home = home;
    }

    /** Reads Stoa's folder. */
    static LedgerScores read(Path home, Clock clock) {
        Path file = home.resolve("ledger.db");
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(
                    file + ": no ledger there; name Stoa's folder with --home, such as the .stoa folder"
                            + " beside your stoa.yaml, or name two JSONL files of scores");
        }
        LedgerScores read = new LedgerScores(home);
        try (SqliteLedger ledger = SqliteLedger.open(file, clock);
                Stream<Entry> entries = ledger.entries(0)) {
            entries.filter(entry -> entry.key().isPresent()).forEach(read::add);
            read.timed.forEach((subject, key) -> read.speeds.put(
                    subject,
                    ledger.recorder(0)
                            .once(key, SpeedMeasurement.class, () -> {
                                throw StoaException.bug("an entry that was just read is not found: " + key);
                            })
                            .value()));
        }
        return read;
    }

    private void add(Entry entry) {
        String check = entry.key().orElseThrow().check();
        String subject = entry.key().orElseThrow().subject();
        if (check.equals(VERDICT)) {
            JsonNode body = json(entry);
            identities.put(body.path("candidate").asString(""), subject);
            return;
        }
        if (check.equals(SPEED)) {
            timed.put(subject, entry.key().orElseThrow());
            return;
        }
        int hash = check.lastIndexOf('#');
        if (hash < 0 || KINDS.stream().noneMatch(check::startsWith)) {
            return;
        }
        SequencedMap<String, Double> task = scores.computeIfAbsent(subject, _ -> new LinkedHashMap<>())
                .computeIfAbsent(check.substring(check.indexOf('/') + 1, hash), _ -> new LinkedHashMap<>());
        // A task that was begun anew was asked in another way; what follows its first batch belongs to that.
        if (check.substring(hash).equals(FIRST_BATCH)) {
            task.clear();
        }
        for (JsonNode answer : json(entry).path("answers")) {
            String item = answer.path("id").asString(answer.path("item").asString(""));
            if (!item.isEmpty()) {
                task.put(item, score(answer));
            }
        }
    }

    private static double score(JsonNode answer) {
        if (answer.has("score")) {
            return Math.clamp(answer.path("score").asDouble(0), 0, 1);
        }
        if (answer.has("stage")) {
            return answer.path("stage").asString("").equals("RIGHT") ? 1 : 0;
        }
        boolean answerable = answer.path("answerable").asBoolean(true);
        return answer.path(answerable ? "right" : "declined").asBoolean(false) ? 1 : 0;
    }

    private JsonNode json(Entry entry) {
        try {
            return JsonMapper.shared().readTree(entry.body());
        } catch (JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    home + ": entry " + entry.sequence() + " is not JSON; see stoa ledger verify",
                    e);
        }
    }

    /** The tasks of a candidate, named by its id in the assessment or by its digest. */
    SequencedMap<String, SequencedMap<String, Double>> of(String candidate) {
        return Collections.unmodifiableSequencedMap(scores.getOrDefault(subject(candidate), new LinkedHashMap<>()));
    }

    /**
     * The seconds of two candidates' requests, where both were timed on the same machine and in the same way, by the same
     * engine, while nothing else kept it busy: what they cost there is in proportion.
     */
    Optional<List<Interval>> seconds(String first, String second, int answerTokens) {
        Optional<EvidenceKey> a = Optional.ofNullable(timed.get(subject(first)));
        Optional<EvidenceKey> b = Optional.ofNullable(timed.get(subject(second)));
        if (a.isEmpty() || b.isEmpty() || !a.get().inputs().equals(b.get().inputs())) {
            return Optional.empty();
        }
        return seconds(a.get(), answerTokens)
                .flatMap(ofA -> seconds(b.get(), answerTokens).map(ofB -> List.of(ofA, ofB)));
    }

    private Optional<Interval> seconds(EvidenceKey key, int answerTokens) {
        return Optional.ofNullable(speeds.get(key.subject()))
                .filter(SpeedMeasurement::undisturbed)
                .flatMap(speed -> speed.timePerOutputToken()
                        .map(token -> new Interval(
                                speed.timeToFirstToken().interval().low()
                                        + (answerTokens - 1) * token.interval().low(),
                                speed.timeToFirstToken().interval().high()
                                        + (answerTokens - 1) * token.interval().high())));
    }

    private String subject(String candidate) {
        String subject = identities.getOrDefault(candidate, candidate);
        List<String> found = new ArrayList<>();
        for (String known : scores.keySet()) {
            if (known.equals(subject)
                    || (subject.length() >= 8 && known.replace("sha256:", "").startsWith(subject))) {
                found.add(known);
            }
        }
        if (found.size() == 1) {
            return found.getFirst();
        }
        Set<String> names = new TreeSet<>(identities.keySet());
        throw StoaException.user(home + ": "
                + (found.isEmpty() ? "no answers of " + candidate : candidate + " is not one candidate")
                + "; the ledger has " + (names.isEmpty() ? scores.keySet() : String.join(", ", names)));
    }
}
