package io.stoa.integration;

import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Machine;
import io.stoa.model.Quantity;
import io.stoa.model.Subject;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload;
import io.stoa.model.Workload.TaskSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** The shipped quickstart, and subjects to judge. */
final class Fixtures {
    static final Path QUICKSTART = Path.of("..", "examples", "quickstart");
    static final Path CORPUS = QUICKSTART.resolve("corpus");
    static final Path QUESTIONS = QUICKSTART.resolve("questions.jsonl");
    static final Path TOOLS = QUICKSTART.resolve("eval").resolve("tools.jsonl");
    static final String BUILD = "scripted 1";

    private Fixtures() {}

    static Candidate.GgufFile gguf(Path path) {
        return new Candidate.GgufFile("file", path, Digest.of(path.toString()), List.of(), Optional.empty());
    }

    static Candidate.RemoteModel remote() {
        return new Candidate.RemoteModel(
                "remote", URI.create("http://127.0.0.1:9/v1"), "some", Optional.of("1"), List.of(), Optional.empty());
    }

    static TaskSpec tools(Path items, OptionalDouble gate, Optional<Integer> limit) {
        return new TaskSpec("tools", 0.5, gate, limit, false, new TaskKind.ToolCall(items, 400));
    }

    static TaskSpec grounded(
            Path corpus, Path questions, OptionalDouble gate, OptionalDouble abstention, Optional<Integer> limit) {
        return new TaskSpec(
                "rag", 0.5, gate, limit, false, new TaskKind.Grounded(corpus, questions, 2, 40, abstention));
    }

    static Subject subject(Candidate candidate, TaskSpec... tasks) {
        return new Subject(
                candidate,
                new Workload(List.of(tasks), 100, 20, 512, 1, Workload.Latency.NO_TARGET),
                new Machine("here", Bytes.gibibytes(1), Optional.empty(), 1, "a processor", false, "test"),
                new IntendedUse(
                        "tests",
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Set.of(),
                        Optional.empty(),
                        Optional.empty()));
    }

    static double quantity(Finding finding, String name) {
        return finding.quantities().stream()
                .filter(quantity -> quantity.name().equals(name))
                .mapToDouble(Quantity::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no quantity " + name + " in " + finding));
    }

    /** Writes a GGUF of one tiny tensor that carries these text keys besides its architecture. */
    static Path writeGguf(Path path, Map<String, String> texts) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0x46554747).putInt(3).putLong(1).putLong(texts.size() + 1L);
        putText(out, "general.architecture", "llama");
        texts.forEach((key, value) -> putText(out, key, value));
        put(out, "token_embd.weight");
        out.putInt(1).putLong(8).putInt(0).putLong(0);
        while (out.position() % 32 != 0) {
            out.put((byte) 0);
        }
        out.put(new byte[32]);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return Files.write(path, bytes);
    }

    private static void putText(ByteBuffer out, String key, String value) {
        put(out, key);
        out.putInt(8);
        put(out, value);
    }

    private static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putLong(bytes.length).put(bytes);
    }
}
