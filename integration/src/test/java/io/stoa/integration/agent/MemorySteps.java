package io.stoa.integration.agent;

import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import io.stoa.integration.step.Waiting;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Steps of a run that are kept in memory; a run goes on where it was when it is made again with the same ones. */
public final class MemorySteps implements Steps {
    private record Kept(Digest digest, JsonNode result) {}

    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private final Map<Digest, Boolean> decided;
    private final Map<String, Step> waiting = new LinkedHashMap<>();
    private final List<Step> carriedOut = new ArrayList<>();

    MemorySteps() {
        decided = new HashMap<>();
    }

    /** Another run, of which a person decided the same. */
    MemorySteps(MemorySteps other) {
        decided = new HashMap<>(other.decided);
    }

    @Override
    public JsonNode take(Step step, Work work) {
        Digest digest = digest(step);
        Kept before = kept.get(step.path());
        if (before != null) {
            if (!before.digest().equals(digest)) {
                throw StoaException.user(step.path() + ": the run was made of other inputs");
            }
            return before.result();
        }
        JsonNode result = work.carryOut(digest.abbreviated()).deepCopy();
        CanonicalJson.write(result);
        carriedOut.add(step);
        kept.put(step.path(), new Kept(digest, result));
        return result;
    }

    @Override
    public boolean approved(Step step) {
        Boolean decision = decided.get(digest(step));
        if (decision == null) {
            waiting.put(step.path(), step);
            throw new Waiting(Waiting.Reason.APPROVAL, step.path(), step.input().toString());
        }
        return decision;
    }

    /** What a person says to a step that waits. */
    void decide(Step step, boolean yes) {
        decided.put(digest(step), yes);
        waiting.remove(step.path());
    }

    /** The steps that wait for a person. */
    List<Step> waiting() {
        return List.copyOf(waiting.values());
    }

    /** The steps that were carried out, each once, in their order. */
    List<Step> carriedOut() {
        return carriedOut;
    }

    static Digest digest(Step step) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("path", step.path()).put("kind", step.kind());
        json.put("effects", step.effects().name()).set("input", step.input());
        return Digest.of(CanonicalJson.write(json));
    }
}
