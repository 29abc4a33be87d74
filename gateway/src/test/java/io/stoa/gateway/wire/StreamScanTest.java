package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamScanTest {
    private static final String HEAD = "data:"
            + " {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}\n\n";
    private static final String WORD =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"say \\\"usage\\\":{\\\"prompt_tokens\\\":9}"
                    + " é漢\"},\"finish_reason\":null}]}\n\n";
    private static final String LAST =
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String USAGE = "data:"
            + " {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34,\"total_tokens\":46,\"prompt_tokens_details\":{\"cached_tokens\":3}}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final String STREAM = HEAD + WORD + ": a comment\n\n" + LAST + USAGE + DONE;

    @Test
    void cutAtEveryByteASingleTime() {
        byte[] stream = bytes(STREAM);
        for (int cut = 0; cut <= stream.length; cut++) {
            for (boolean withholding : new boolean[] {false, true}) {
                StreamScan scan = scan(withholding);
                String passed =
                        pass(scan, List.of(Arrays.copyOf(stream, cut), Arrays.copyOfRange(stream, cut, stream.length)));
                assertThat(passed).isEqualTo(withholding ? STREAM.replace(USAGE, "") : STREAM);
                assertAllSeen(scan);
            }
        }
    }

    @Test
    void byteByByte() {
        List<byte[]> single = new ArrayList<>();
        for (byte each : bytes(STREAM)) {
            single.add(new byte[] {each});
        }
        for (boolean withholding : new boolean[] {false, true}) {
            StreamScan scan = scan(withholding);
            assertThat(pass(scan, single)).isEqualTo(withholding ? STREAM.replace(USAGE, "") : STREAM);
            assertAllSeen(scan);
        }
    }

    @Test
    void linesThatEndWithCarriageReturns() {
        String stream = STREAM.replace("\n", "\r\n");
        byte[] bytes = bytes(stream);
        for (int cut = 0; cut <= bytes.length; cut++) {
            StreamScan scan = StreamScan.withholdingUsage();
            String passed =
                    pass(scan, List.of(Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length)));
            assertThat(passed).isEqualTo(stream.replace(USAGE.replace("\n", "\r\n"), ""));
            assertAllSeen(scan);
        }
    }

    @Test
    void whatNeedsNoChangeIsNotCopied() {
        byte[] chunk = bytes(HEAD + WORD);

        assertThat(StreamScan.withholdingUsage().feed(chunk)).isSameAs(chunk);
        assertThat(StreamScan.passing().feed(chunk)).isSameAs(chunk);
    }

    @Test
    void usageBesideContentIsNotWithheld() {
        String stream = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"length\"}],\"usage\" :"
                + " {\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
        StreamScan scan = StreamScan.withholdingUsage();

        assertThat(pass(scan, List.of(bytes(stream)))).isEqualTo(stream);
        assertThat(scan.usage()).contains(new TokenUsage(1, 2));
        assertThat(scan.finish()).contains("length");
        assertThat(scan.isDone()).isFalse();
        assertThat(scan.events()).isEqualTo(1);
    }

    @Test
    void theLastUsageCounts() {
        StreamScan scan = StreamScan.passing();
        for (int told = 1; told <= 2; told++) {
            scan.feed(bytes(
                    "data: {\"choices\":[{}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":" + told + "}}\n\n"));
        }

        assertThat(scan.usage()).contains(new TokenUsage(5, 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n",
                "data: {\"error\":\"out of memory\"}\n\n",
                "data:{\"error\" : {\"type\":\"x\",\"param\":{\"message\":\"no\"},\"message\":\"out of"
                        + " memory\"}}\r\n\r\n",
                "error: {\"message\":\"out of memory\"}\n\n",
                "event: error\ndata: out of memory\n\n"
            })
    void errorsInsideAStream(String error) {
        StreamScan scan = StreamScan.withholdingUsage();

        assertThat(pass(scan, List.of(bytes(HEAD + error)))).isEqualTo(HEAD + error);
        assertThat(scan.error()).isPresent();
        if (!error.startsWith("event")) {
            assertThat(scan.error().orElseThrow()).contains("out of memory");
        }
    }

    @Test
    void aNullErrorIsNone() {
        StreamScan scan = StreamScan.passing();
        scan.feed(bytes("data: {\"error\":null,\"choices\":[{\"text\":\"a\"}]}\n\n"));

        assertThat(scan.error()).isEmpty();
        assertThat(scan.events()).isEqualTo(1);
    }

    @Test
    void theLastLineMayLackItsEnd() {
        StreamScan scan = StreamScan.withholdingUsage();

        assertThat(pass(scan, List.of(bytes(HEAD + "data: [DONE]")))).isEqualTo(HEAD + "data: [DONE]");
        assertThat(scan.isDone()).isTrue();
        StreamScan cut = StreamScan.withholdingUsage();
        assertThat(pass(cut, List.of(bytes(HEAD + USAGE.strip())))).isEqualTo(HEAD);
        assertThat(cut.usage()).isPresent();
    }

    @Test
    void anEndlessLineIsPassedAndNotKept() {
        for (boolean withholding : new boolean[] {false, true}) {
            StreamScan scan = scan(withholding);
            byte[] piece = bytes("x".repeat(100_000));
            long passed = 0;
            for (int i = 0; i < 100; i++) {
                passed += scan.feed(piece).length;
            }
            passed += scan.end().length;
            assertThat(passed).isEqualTo(100L * piece.length);
            assertThat(pass(scan, List.of(bytes("\n\n" + USAGE + DONE)))).startsWith("\n\n");
            assertThat(scan.isDone()).isTrue();
            assertThat(scan.usage()).isPresent();
        }
    }

    /** Whatever an upstream sends: no exception, and what is passed is the stream but for usage. */
    @Test
    void mutatedStreamsCutAnywhere() {
        long seed = Long.getLong("stoa.fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("stoa.fuzz.rounds", 5_000);
        System.out.println("StreamScanTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> streams = List.of(bytes(STREAM), bytes(HEAD + LAST), bytes(USAGE + USAGE), bytes(DONE + "\r\n"));
        for (int i = 0; i < rounds; i++) {
            byte[] stream = Mutation.of(streams.get(random.nextInt(streams.size())), streams, random);
            List<byte[]> pieces = cut(stream, random);
            StreamScan passing = StreamScan.passing();
            assertThat(bytes(pass(passing, pieces))).isEqualTo(bytes(text(stream)));
            StreamScan withholding = StreamScan.withholdingUsage();
            String kept = pass(withholding, pieces);
            StreamScan whole = StreamScan.withholdingUsage();
            assertThat(kept).isEqualTo(pass(whole, List.of(stream)));
            assertThat(withholding.usage()).isEqualTo(whole.usage()).isEqualTo(passing.usage());
            assertThat(withholding.error()).isEqualTo(whole.error());
            assertThat(withholding.isDone()).isEqualTo(whole.isDone());
            assertThat(withholding.events()).isEqualTo(whole.events());
        }
    }

    private static List<byte[]> cut(byte[] stream, SplittableRandom random) {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < stream.length; ) {
            int to = Math.min(stream.length, at + 1 + random.nextInt(random.nextBoolean() ? 5 : 200));
            pieces.add(Arrays.copyOfRange(stream, at, to));
            at = to;
        }
        return pieces;
    }

    private static void assertAllSeen(StreamScan scan) {
        assertThat(scan.usage()).contains(new TokenUsage(12, 34));
        assertThat(scan.isDone()).isTrue();
        assertThat(scan.finish()).contains("stop");
        assertThat(scan.error()).isEmpty();
        assertThat(scan.events()).isEqualTo(3);
    }

    private static StreamScan scan(boolean withholding) {
        return withholding ? StreamScan.withholdingUsage() : StreamScan.passing();
    }

    private static String pass(StreamScan scan, List<byte[]> pieces) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        pieces.forEach(piece -> passed.writeBytes(scan.feed(piece)));
        passed.writeBytes(scan.end());
        return text(passed.toByteArray());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
