package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class RequestScanTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    static List<String[]> requests() {
        return WireCases.read("requests.tsv", 3);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void findsWhatARequestAsksForOrWhatIsWrongWithIt(String word, String expected, String column) {
        ApiCall call = WireCases.call(word);
        byte[] body = WireCases.body(call, column);

        if (expected.startsWith("ok")) {
            RequestFacts facts = RequestScan.scan(call, body);
            assertThat(WireCases.words(facts, body)).isEqualTo(expected);
            String literal =
                    new String(body, facts.modelStart(), facts.modelEnd() - facts.modelStart(), StandardCharsets.UTF_8);
            assertThat(JSON.readTree(literal).stringValue()).isEqualTo(facts.model());
        } else {
            ApiError error = refusal(call, body);
            assertThat(WireCases.words(error)).isEqualTo(expected);
            assertThat(error.type()).isEqualTo("invalid_request_error");
            assertThat(error.param().map(error.message()::contains).orElse(true))
                    .as(error.message())
                    .isTrue();
        }
    }

    @Test
    void theTableIsLargeEnough() {
        assertThat(requests()).hasSizeGreaterThanOrEqualTo(400);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        for (int[] wrong : new int[][] {
            {0x80},
            {0xC0, 0x80},
            {0xC1, 0xBF},
            {0xC3},
            {0xC3, 0x28},
            {0xE0, 0x80, 0x80},
            {0xE0, 0x9F, 0xBF},
            {0xED, 0xA0, 0x80},
            {0xED, 0xBF, 0xBF},
            {0xE2, 0x82},
            {0xF0, 0x80, 0x80, 0x80},
            {0xF0, 0x8F, 0xBF, 0xBF},
            {0xF4, 0x90, 0x80, 0x80},
            {0xF5, 0x80, 0x80, 0x80},
            {0xF0, 0x9F, 0x98},
            {0xFE},
            {0xFF}
        }) {
            byte[] body = chatSaying(wrong);
            assertThat(refusal(ApiCall.CHAT_COMPLETIONS, body).message()).contains("UTF-8");
        }
        assertThat(RequestScan.scan(ApiCall.CHAT_COMPLETIONS, chatSaying(0xF4, 0x8F, 0xBF, 0xBF)))
                .isNotNull();
        assertThat(RequestScan.scan(ApiCall.CHAT_COMPLETIONS, chatSaying(0xED, 0x9F, 0xBF)))
                .isNotNull();
        assertThat(RequestScan.scan(ApiCall.CHAT_COMPLETIONS, chatSaying(0xEE, 0x80, 0x80)))
                .isNotNull();
    }

    @Test
    void otherEncodingsAndMarksAreRefused() {
        String body = WireCases.smallest(ApiCall.CHAT_COMPLETIONS) + "}";
        for (byte[] encoded : List.of(
                body.getBytes(StandardCharsets.UTF_16LE),
                body.getBytes(StandardCharsets.UTF_16BE),
                body.getBytes(StandardCharsets.UTF_16),
                body.getBytes(java.nio.charset.Charset.forName("UTF-32LE")),
                ("\uFEFF" + body).getBytes(StandardCharsets.UTF_8))) {
            assertThat(refusal(ApiCall.CHAT_COMPLETIONS, encoded).code()).contains("invalid_json");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 65, 1_000, 1_000_000})
    void depthIsBounded(int depth) {
        String nest = "[".repeat(depth) + "]".repeat(depth);
        ApiError error = refusal(ApiCall.CHAT_COMPLETIONS, WireCases.body(ApiCall.CHAT_COMPLETIONS, "+\"x\":" + nest));
        assertThat(error.message()).contains("beyond what is read");
        assertThat(refusal(ApiCall.CHAT_COMPLETIONS, "{\"a\":".repeat(depth).getBytes(StandardCharsets.UTF_8))
                        .code())
                .contains("invalid_json");
    }

    @Test
    void sixtyThreeLevelsInsideTheBodyAreRead() {
        String nest = "[".repeat(63) + "]".repeat(63);
        assertThat(RequestScan.scan(
                        ApiCall.CHAT_COMPLETIONS, WireCases.body(ApiCall.CHAT_COMPLETIONS, "+\"x\":" + nest)))
                .isNotNull();
    }

    @Test
    void numbersAndNamesAreBounded() {
        for (String members : List.of(
                "\"seed\":" + "9".repeat(101),
                "\"temperature\":0." + "1".repeat(1_000_000),
                "\"" + "n".repeat(100_000) + "\":1",
                "\"model_\":1e" + "9".repeat(200))) {
            assertThat(refusal(ApiCall.CHAT_COMPLETIONS, WireCases.body(ApiCall.CHAT_COMPLETIONS, "+" + members))
                            .code())
                    .contains("invalid_json");
        }
    }

    @Test
    void manyMembersAndMessagesAreRead() {
        StringBuilder members = new StringBuilder("+\"x0\":0");
        for (int i = 1; i < 20_000; i++) {
            members.append(",\"x").append(i).append("\":").append(i);
        }
        assertThat(RequestScan.scan(
                        ApiCall.CHAT_COMPLETIONS, WireCases.body(ApiCall.CHAT_COMPLETIONS, members.toString())))
                .isNotNull();
        String messages = "{\"role\":\"user\",\"content\":\"a\"},".repeat(20_000);
        assertThat(RequestScan.scan(
                        ApiCall.CHAT_COMPLETIONS,
                        ("{\"model\":\"m\",\"messages\":[" + messages.substring(0, messages.length() - 1) + "]}")
                                .getBytes(StandardCharsets.UTF_8)))
                .isNotNull();
    }

    /** A model reads what its template makes of tools: with spaces, line ends and indents that the body does not have. */
    @Test
    void promptBytesBoundToolsAsAnyTemplateWritesThem() {
        StringBuilder properties = new StringBuilder("\"p0\":{\"type\":\"string\",\"enum\":[\"a\",\"b\",\"c\"]}");
        for (int i = 1; i < 50; i++) {
            properties.append(",\"p").append(i).append("\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}}");
        }
        String tools = "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\","
                + "\"properties\":{" + properties + "}}}}]";
        byte[] body = WireCases.body(ApiCall.CHAT_COMPLETIONS, "+\"tools\":" + tools);
        String indented = JSON.writerWithDefaultPrettyPrinter()
                .writeValueAsString(JSON.readTree(tools))
                .replaceAll("(?m)^((?: {2})+)", "$1$1");

        assertThat(RequestScan.scan(ApiCall.CHAT_COMPLETIONS, body).promptBytes())
                .isGreaterThan(indented.length() + 100);
    }

    @Test
    void rerankReadsItsQueryWithEachDocument() {
        String query = "q".repeat(1000);
        byte[] body = ("{\"model\":\"m\",\"query\":\"" + query + "\",\"documents\":[\"a\",\"b\",\"c\"]}")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(RequestScan.scan(ApiCall.RERANK, body).promptBytes()).isGreaterThan(3 * 1000 + 3);
    }

    /** Whatever bytes come: facts or a refusal with a status of 400, soon. */
    @Test
    void mutatedRequestsAreReadOrRefused() {
        long seed = Long.getLong("stoa.fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("stoa.fuzz.rounds", 20_000);
        System.out.println("RequestScanTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> bodies = new ArrayList<>();
        for (String[] each : requests()) {
            bodies.add(WireCases.body(WireCases.call(each[0]), each[2]));
        }
        int read = 0;
        for (int i = 0; i < rounds; i++) {
            byte[] body = Mutation.of(bodies.get(random.nextInt(bodies.size())), bodies, random);
            ApiCall call = ApiCall.values()[random.nextInt(ApiCall.values().length)];
            try {
                RequestFacts facts = RequestScan.scan(call, body);
                assertThat(body[facts.modelStart()]).isEqualTo((byte) '"');
                assertThat(body[facts.modelEnd() - 1]).isEqualTo((byte) '"');
                assertThat(facts.promptBytes()).isGreaterThanOrEqualTo(body.length);
                PromptText.of(call, body);
                read++;
            } catch (RefusedRequest e) {
                assertThat(e.error().status()).isEqualTo(400);
                assertThat(ErrorBody.bytes(call, e.error())).isNotEmpty();
            }
        }
        assertThat(read).isPositive();
    }

    private static byte[] chatSaying(int... bytes) {
        byte[] head =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"".getBytes(StandardCharsets.UTF_8);
        byte[] tail = "\"}]}".getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[head.length + bytes.length + tail.length];
        System.arraycopy(head, 0, body, 0, head.length);
        for (int i = 0; i < bytes.length; i++) {
            body[head.length + i] = (byte) bytes[i];
        }
        System.arraycopy(tail, 0, body, head.length + bytes.length, tail.length);
        return body;
    }

    private static ApiError refusal(ApiCall call, byte[] body) {
        RefusedRequest refused = catchThrowableOfType(RefusedRequest.class, () -> RequestScan.scan(call, body));
        assertThat(refused)
                .as(new String(body, 0, Math.min(300, body.length), StandardCharsets.UTF_8))
                .isNotNull();
        return refused.error();
    }
}
