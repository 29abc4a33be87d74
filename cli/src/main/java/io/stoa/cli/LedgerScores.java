package io.stoa.cli;

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
    private static final String FIRST_BATCH = "#0";

    /** The task of each kind of check. */
    private static final Set<String> KINDS = Set.of("benchmark/", "integration/");

    private final Path home;
    private final Map<String, String> identities = new TreeMap<>();
    private final Map<String, SequencedMap<String, SequencedMap<String, Double>>> scores = new LinkedHashMap<>();

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
        String subject = identities.getOrDefault(candidate, candidate);
        List<String> found = new ArrayList<>();
        for (String known : scores.keySet()) {
            if (known.equals(subject)
                    || (subject.length() >= 8 && known.replace("sha256:", "").startsWith(subject))) {
                found.add(known);
            }
        }
        if (found.size() == 1) {
            return Collections.unmodifiableSequencedMap(scores.getOrDefault(found.getFirst(), new LinkedHashMap<>()));
        }
        Set<String> names = new TreeSet<>(identities.keySet());
        throw StoaException.user(home + ": "
                + (found.isEmpty() ? "no answers of " + candidate : candidate + " is not one candidate")
                + "; the ledger has " + (names.isEmpty() ? scores.keySet() : String.join(", ", names)));
    }
}
