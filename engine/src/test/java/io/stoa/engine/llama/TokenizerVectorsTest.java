package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** llama.cpp's own tokenizer vectors (its models/ggml-vocab-*.gguf), through this binding. */
final class TokenizerVectorsTest {
    private static final Path FOLDER = Path.of("../../shared/data/tokenizers");

    @ParameterizedTest
    @ValueSource(strings = {"falcon", "gpt-2", "llama-spm", "phi-3", "starcoder"})
    void tokensAreExact(String name) throws IOException {
        Path vocabulary = FOLDER.resolve("ggml-vocab-" + name + ".gguf");
        assumeTrue(Files.exists(vocabulary), () -> vocabulary + " is not here: the vectors were not checked");
        // The separator also stands after the last one.
        List<String> split =
                List.of(Files.readString(Path.of(vocabulary + ".inp")).split("\n__ggml_vocab_test__\n", -1));
        List<String> texts = split.subList(0, split.size() - 1);
        List<String> lines = Files.readAllLines(Path.of(vocabulary + ".out"));
        assertThat(texts).hasSameSizeAs(lines).hasSizeGreaterThan(40);
        List<String> wrong = new ArrayList<>();
        try (LlamaModel model = Natives.runtime().vocabulary(vocabulary)) {
            for (int i = 0; i < texts.size(); i++) {
                List<Integer> expected = Stream.of(lines.get(i).strip().split(" +"))
                        .filter(id -> !id.isEmpty())
                        .map(Integer::valueOf)
                        .toList();
                List<Integer> got = new ArrayList<>();
                for (int id : model.tokenize(texts.get(i), false, false)) {
                    got.add(id);
                }
                if (!got.equals(expected)) {
                    wrong.add(texts.get(i) + ": " + got + " instead of " + expected);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
