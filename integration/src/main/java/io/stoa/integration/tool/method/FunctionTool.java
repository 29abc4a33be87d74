package io.stoa.integration.tool.method;

import io.stoa.integration.tool.Tool;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A function that a model may call. It is interrupted when its time is over. */
public final class FunctionTool implements Tool {
    private final Description description;
    private final Body body;

    /** What a call does. */
    @FunctionalInterface
    public interface Body {
        /**
         * Does it.
         *
         * @param effect names this very call; the same when it is repeated
         * @throws Exception when it fails; its message is told to the model
         */
        String call(ObjectNode arguments, String effect) throws Exception;
    }

    /** What a call with typed arguments does. */
    @FunctionalInterface
    public interface TypedBody<T> {
        String call(T arguments, String effect) throws Exception;
    }

    private FunctionTool(Description description, Body body) {
        this.description = description;
        this.body = body;
    }

    /** A function of arguments that a schema describes. */
    public static FunctionTool of(Description description, Body body) {
        return new FunctionTool(description, body);
    }

    /**
     * A function of a record.
     *
     * @param name by which a model calls it
     * @param text what it does
     * @throws StoaException of kind {@code USER} for a record that cannot be told as JSON
     */
    public static <T extends Record> FunctionTool of(
            String name, String text, Class<T> arguments, Effects effects, TypedBody<T> body) {
        JsonMapper mapper = JsonMapper.shared();
        return new FunctionTool(
                new Description(name, text, TypeSchema.ofRecord(arguments), effects),
                (given, effect) -> body.call(mapper.treeToValue(given, arguments), effect));
    }

    @Override
    public Description description() {
        return description;
    }

    @Override
    public String call(ObjectNode arguments, String effect, Duration patience) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread working = Thread.ofVirtual().start(() -> {
            try {
                answer.complete(body.call(arguments, effect));
            } catch (Exception | StackOverflowError e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(Math.max(1, patience.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            working.interrupt();
            throw failed("is not done within " + patience.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            working.interrupt();
            Thread.currentThread().interrupt();
            throw failed("was not waited for: interrupted", e);
        } catch (ExecutionException e) {
            throw explained(Optional.ofNullable(e.getCause()).orElse(e));
        }
    }

    private StoaException explained(Throwable cause) {
        return switch (cause) {
            case StoaException known -> known;
            case JacksonException unfit -> failed("was given unfit arguments: " + unfit.getOriginalMessage(), unfit);
            default ->
                failed(
                        "failed: "
                                + Optional.ofNullable(cause.getMessage())
                                        .orElse(cause.getClass().getSimpleName()),
                        cause);
        };
    }

    private StoaException failed(String what, Throwable cause) {
        return new StoaException(StoaException.Kind.ENGINE, "\"" + description.name() + "\" " + what, cause);
    }

    @Override
    public void close() {}
}
