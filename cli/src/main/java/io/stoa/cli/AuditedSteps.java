package io.stoa.cli;

import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.integration.step.JournalEntry.Begun;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.model.Digest;
import io.stoa.store.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * Every step of a pipeline as a record of its own: named {@code RUN/PATH}, with the step's kind as its tier, and
 * commitments to its input and output as they stand in the run's journal. What its models used is in the records of their
 * own requests.
 *
 * @param keepContent whether records hold the inputs and outputs
 */
record AuditedSteps(AuditLog audit, boolean keepContent) implements PipelineService.StepListener {
    @Override
    public void ended(String model, String run, String caller, Past step) {
        step.begun().ifPresent(begun -> audit.ended(record(model, run, caller, step, begun)));
    }

    private RequestRecord record(String model, String run, String caller, Past step, Begun begun) {
        Optional<JsonNode> output = step.output();
        Instant end = step.ending().map(ending -> ending.time()).orElse(begun.time());
        String state = PipelineReport.state(step);
        return new RequestRecord(
                run + "/" + step.path(),
                begun.time(),
                ApiCall.CHAT_COMPLETIONS,
                Optional.of(caller),
                Optional.empty(),
                model,
                Optional.of(begun.kind()),
                Optional.empty(),
                OptionalLong.empty(),
                output.isPresent() ? End.SERVED : End.FAILED,
                output.isPresent() ? 200 : 500,
                "step of run " + run + ": " + state
                        + step.decided()
                                .map(decided -> ", approved by " + decided.by())
                                .orElse(""),
                step.tries(),
                TokenUsage.NONE,
                0,
                OptionalLong.empty(),
                Math.max(0, Duration.between(begun.time(), end).toNanos() / 1000),
                content(begun.input()),
                output.map(this::content).orElse(Content.NONE),
                Optional.empty());
    }

    private Content content(JsonNode value) {
        String text = CanonicalJson.write(value);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Content(
                bytes.length, Optional.of(Digest.of(bytes)), keepContent ? Optional.of(text) : Optional.empty());
    }
}
