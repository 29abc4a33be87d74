package io.stoa.integration.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SharedSchemasTest {
    /** Equal names in different schemas must not be taken for each other. */
    @Test
    void manySchemasAtOnceKeepApart() throws Exception {
        List<Callable<Boolean>> work = IntStream.range(0, 400)
                .<Callable<Boolean>>mapToObj(i -> () -> {
                    ObjectNode schema = (ObjectNode) JsonMapper.shared()
                            .readTree("{\"$id\": \"https://same.example/s\", \"$defs\": {\"a\": {\"const\": " + i
                                    + "}}, \"properties\": {\"x\": {\"$ref\": \"#/$defs/a\"}}}");
                    ArgumentSchema compiled = new ArgumentSchemas().compile(schema);
                    return compiled.problem(JsonMapper.shared()
                                            .createObjectNode()
                                            .put("x", i))
                                    .isEmpty()
                            && compiled.problem(JsonMapper.shared()
                                            .createObjectNode()
                                            .put("x", i + 1))
                                    .isPresent();
                })
                .toList();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : pool.invokeAll(work)) {
                assertThat(done.get()).isTrue();
            }
        }
    }
}
