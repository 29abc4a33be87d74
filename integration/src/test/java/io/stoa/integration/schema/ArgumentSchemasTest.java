package io.stoa.integration.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Timeout(20)
class ArgumentSchemasTest {
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final ArgumentSchemas schemas = new ArgumentSchemas();

    @Test
    void holdsArgumentsAgainstASchema() {
        ArgumentSchema schema = schemas.compile(json("""
            {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"enum": ["x", "y"]}}, "required": ["a"]}
            """));

        assertThat(schema.problem(json("{\"a\": 1, \"b\": \"x\", \"more\": true}")))
                .isEmpty();
        assertThat(schema.problem(json("{\"a\": 1.0}"))).isEmpty();
        assertThat(schema.problem(json("{\"a\": \"1\"}")).orElseThrow()).contains("/a", "integer");
        assertThat(schema.problem(json("{\"a\": 1, \"b\": \"z\"}")).orElseThrow())
                .contains("/b");
        assertThat(schema.problem(json("{}")).orElseThrow()).contains("'a'");
    }

    @Test
    void anEmptySchemaAllowsEverything() {
        assertThat(schemas.compile(json("{}")).problem(json("{\"a\": [1]}"))).isEmpty();
    }

    @Test
    void followsReferencesIntoItself() {
        ArgumentSchema tree = schemas.compile(json("""
            {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "http://example.org/tree",
             "$ref": "#/$defs/node",
             "$defs": {"node": {"type": "object", "required": ["v"],
               "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}}}}
            """));

        assertThat(tree.problem(json("{\"v\": 1, \"next\": {\"v\": 2}}"))).isEmpty();
        assertThat(tree.problem(json("{\"v\": 1, \"next\": {}}")).orElseThrow()).contains("/next");
    }

    @Test
    void nothingIsFetched() throws IOException {
        AtomicInteger requests = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        try {
            String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/s.json";
            refuses("{\"$ref\": \"" + address + "\"}", address);
            refuses("{\"properties\": {\"a\": {\"$dynamicRef\": \"" + address + "#x\"}}}", address);
            refuses("{\"$ref\": \"file:///etc/passwd\"}", "file:///etc/passwd");
            refuses("{\"$ref\": \"classpath:draft/2020-12/schema\"}", "classpath:");
            // An identifier further down changes what "#" means; it must not lead outside either.
            String inner = "{\"properties\": {\"a\": {\"$id\": \"" + address + "\", \"$ref\": \"#/$defs/x\"}}}";
            assertThat(unusableOrInvalid(inner, "{\"a\": 1}")).isTrue();
            schemas.compile(json("{\"$schema\": \"" + address + "\"}")).problem(json("{}"));
        } finally {
            server.stop(0);
        }
        assertThat(requests).hasValue(0);
    }

    @Test
    void recursionWithoutEndIsEnded() {
        assertThat(unusableOrInvalid("{\"$ref\": \"#\"}", "{}")).isTrue();
        assertThat(unusableOrInvalid("{\"allOf\": [{\"$ref\": \"#\"}]}", "{\"a\": 1}"))
                .isTrue();
        assertThat(unusableOrInvalid("""
            {"$ref": "#/$defs/a",
             "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}}
            """, "{}")).isTrue();
    }

    @Test
    void workThatDoublesAtEveryLevelIsEnded() {
        String definitions = IntStream.range(0, 40)
                .mapToObj(i -> "\"d%d\": {\"allOf\": [{\"$ref\": \"#/$defs/d%d\"}, {\"$ref\": \"#/$defs/d%d\"}]}"
                        .formatted(i, i + 1, i + 1))
                .collect(Collectors.joining(", "));
        String doubling = "{\"$ref\": \"#/$defs/d0\", \"$defs\": {" + definitions + ", \"d40\": {}}}";

        assertThat(unusableOrInvalid(doubling, "{}")).isTrue();
    }

    @Test
    void patternsThatBacktrackWithoutEndAreEnded() {
        ArgumentSchema schema = schemas.compile(json("{\"properties\": {\"a\": {\"pattern\": \"^.*.*.*.*=$\"}}}"));

        assertThat(schema.problem(json("{\"a\": \"a=\"}"))).isEmpty();
        long start = System.nanoTime();
        assertThat(schema.problem(json("{\"a\": \"" + "a".repeat(1000) + "\"}")).orElseThrow())
                .contains("takes too long", "^.*.*.*.*=");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
        ArgumentSchema deep = schemas.compile(json("{\"properties\": {\"a\": {\"pattern\": \"^(x|y)*$\"}}}"));
        assertThat(deep.problem(json("{\"a\": \"" + "xy".repeat(50_000) + "\"}"))
                        .orElseThrow())
                .contains("takes too long");
    }

    @Test
    void refusesWhatIsNoUsableSchema() {
        refuses("{\"type\": \"dict\"}", "not a JSON Schema");
        refuses("{\"properties\": [1]}", "not a JSON Schema");
        refuses("{\"pattern\": \"(\"}", "regular expression");
        refuses("{\"pattern\": \"" + "x".repeat(2000) + "\"}", "2000 characters");
        refuses("{\"a\": ".repeat(70) + "1" + "}".repeat(70), "nested deeper than 64");
        refuses("{\"enum\": [" + "1, ".repeat(6000) + "1]}", "more than 5000 values");
        assertThat(unusableOrInvalid("{\"$ref\": \"#/$defs/absent\"}", "{}")).isTrue();
    }

    private boolean unusableOrInvalid(String schema, String arguments) {
        try {
            return schemas.compile(json(schema)).problem(json(arguments)).isPresent();
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private void refuses(String schema, String message) {
        assertThatThrownBy(() -> schemas.compile(json(schema)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private ObjectNode json(String text) {
        return (ObjectNode) mapper.readTree(text);
    }
}
