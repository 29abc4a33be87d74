package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The document says what the scanner does: each request of the table is valid there exactly when it is accepted. */
class OpenApiTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNode DOCUMENT = JSON.readTree(OpenApi.document());
    private static final Map<ApiCall, Schema> SCHEMAS = new EnumMap<>(ApiCall.class);

    /** What a schema cannot say: members that come twice, members that must fit each other, and what is no JSON. */
    private static final Set<String> BEYOND_SCHEMAS =
            Set.of("invalid_json", "duplicate_parameter", "invalid_parameter_combination");

    static List<String[]> requests() {
        return WireCases.read("requests.tsv", 3).stream()
                .filter(each -> BEYOND_SCHEMAS.stream().noneMatch(each[1]::contains))
                .filter(each -> !each[1].equals("400 invalid_value best_of"))
                .filter(each -> !each[1].equals("400 invalid_value tool_choice") || each[2].contains("\"any\""))
                .filter(each -> !each[2].contains("\"max_tokens\":1.0") && !each[2].contains("\"max_tokens\":1e3"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aRequestIsValidExactlyWhenItIsAccepted(String word, String expected, String column) {
        ApiCall call = WireCases.call(word);
        var errors = SCHEMAS.computeIfAbsent(call, OpenApiTest::schema)
                .validate(JSON.readTree(WireCases.body(call, column)));

        assertThat(errors.isEmpty()).as(errors.toString()).isEqualTo(expected.startsWith("ok"));
    }

    private static Schema schema(ApiCall call) {
        ObjectNode schema = JSON.createObjectNode();
        schema.set(
                "$ref",
                DOCUMENT.path("paths")
                        .path(call.path())
                        .path("post")
                        .path("requestBody")
                        .path("content")
                        .path("application/json")
                        .path("schema")
                        .path("$ref"));
        schema.set("components", DOCUMENT.path("components"));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
    }

    @Test
    void theTableIsLargeEnough() {
        assertThat(requests()).hasSizeGreaterThan(350);
    }

    @Test
    void allCallsAndNoOthersAreDescribed() {
        assertThat(DOCUMENT.path("openapi").asString("")).isEqualTo("3.1.0");
        assertThat(DOCUMENT.path("paths").properties().stream()
                        .filter(path -> path.getValue().has("post"))
                        .map(Map.Entry::getKey))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ApiCall.values()).map(ApiCall::path).toList());
    }

    @Test
    void allReferencesLead() {
        List<String> references = DOCUMENT.findValues("$ref").stream()
                .map(JsonNode::stringValue)
                .distinct()
                .toList();

        assertThat(references).hasSizeGreaterThan(15);
        assertThat(references)
                .allMatch(reference -> !DOCUMENT.at(reference.substring(1)).isMissingNode());
    }

    @Test
    void errorsAreAsDescribed() {
        ObjectNode schema = JSON.createObjectNode().put("$ref", "#/components/schemas/Error");
        schema.set("components", DOCUMENT.path("components"));
        Schema error = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
        schema.put("$ref", "#/components/schemas/AnthropicError");
        Schema anthropic = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema.deepCopy());

        ApiError told = ApiError.field("n", "must be 1");
        assertThat(error.validate(JSON.readTree(ErrorBody.bytes(ApiCall.CHAT_COMPLETIONS, told))))
                .isEmpty();
        assertThat(anthropic.validate(JSON.readTree(ErrorBody.bytes(ApiCall.MESSAGES, told))))
                .isEmpty();
        assertThat(error.validate(JSON.readTree(ErrorBody.bytes(ApiCall.MESSAGES, told))))
                .isNotEmpty();
    }
}
