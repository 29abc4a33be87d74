package io.stoa.integration.schema;

import static java.util.Objects.requireNonNull;

import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.ValidationLimitExceededException;
import io.stoa.model.StoaException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * A JSON Schema that arguments are held against, in bounded time: the validator's steps and its recursion are limited,
 * which ends {@code {"$ref": "#"}} and schemas that double the work at every level.
 */
public record ArgumentSchema(Schema schema) {
    private static final int MOST_STEPS = 500_000;
    private static final int DEEPEST_RECURSION = 500;
    private static final int MOST_PROBLEMS = 3;

    public ArgumentSchema {
        requireNonNull(schema, "schema");
    }

    /** What is wrong with a value; empty when it is valid. What cannot be checked within the limits is not valid. */
    public Optional<String> problem(JsonNode value) {
        ExecutionConfig limits = ExecutionConfig.builder()
                .maxEvaluationSteps(MOST_STEPS)
                .maxEvaluationDepth(DEEPEST_RECURSION)
                .build();
        try {
            List<com.networknt.schema.Error> errors =
                    schema.validate(value, context -> context.setExecutionConfig(limits));
            return errors.isEmpty()
                    ? Optional.empty()
                    : Optional.of(errors.stream()
                            .limit(MOST_PROBLEMS)
                            .map(com.networknt.schema.Error::toString)
                            .collect(Collectors.joining("; ")));
        } catch (ValidationLimitExceededException e) {
            return Optional.of("takes more than " + MOST_STEPS + " steps or " + DEEPEST_RECURSION
                    + " levels of recursion to check against its schema");
        } catch (StoaException e) {
            return Optional.of(e.sentence());
        } catch (SchemaException e) {
            return Optional.of("cannot be checked against its schema: " + e.getMessage());
        }
    }
}
