package io.stoa.engine.llama;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LifecycleTest {
    private final LlamaRuntime runtime = Natives.runtime();

    /** Resident memory also holds Java's heap, which grows as it likes: what is asserted is what malloc has given out. */
    @Test
    void openingAndClosingLeaksNothing() {
        assumeTrue(MALLINFO.isPresent(), "this C library has no mallinfo2");
        openAndClose(50);
        long before = allocated();
        openAndClose(200);
        long grown = allocated() - before;
        // One leaked model of nano would be 80 MiB in all, one leaked context 600 MiB; the JVM's own compilers and
        // collectors come and go with some MiB.
        System.out.println("native memory grew by " + grown + " bytes over 200 engines");
        assertThat(grown).isLessThan(32 << 20);
    }

    private void openAndClose(int times) {
        for (int i = 0; i < times; i++) {
            try (Engine engine = runtime.open(Natives.model("nano"), new EngineOptions(512, 1))) {
                engine.generate(Prompt.user("2 + 3 ="), GenerateOptions.greedy(1));
                if (i % 10 == 0) {
                    engine.embed("cake");
                    engine.score(Prompt.user("2 + 3 ="), List.of("5", "six"));
                }
            }
        }
    }

    /** Each thread beyond the caller's own is one that stays from batch to batch. */
    @Test
    void nativeThreadsStayBetweenBatchesAndEndWithTheirEngine() throws Exception {
        assumeTrue(Files.isDirectory(TASKS), "this system does not list a process's threads");
        int before = workers().size();
        try (Engine engine = runtime.open(Natives.model("nano"), new EngineOptions(512, 4))) {
            engine.generate(Prompt.user("2 + 3 ="), GenerateOptions.greedy(2));
            Set<Path> first = workers();
            engine.generate(Prompt.user("Where does Babel live?"), GenerateOptions.greedy(8));
            assertThat(workers()).hasSize(before + 3).isEqualTo(first);
        }
        // One that was waited for may still be listed for a moment.
        for (int i = 0; i < 100 && workers().size() > before; i++) {
            Thread.sleep(10);
        }
        assertThat(workers()).hasSize(before);
    }

    private static final Path TASKS = Path.of("/proc/self/task");

    /** Java names its threads; those of llama.cpp have the name of whoever made them, as this one has. */
    private static Set<Path> workers() throws IOException {
        String own = Files.readString(Path.of("/proc/thread-self/comm"));
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.filter(task -> name(task).equals(own)).collect(Collectors.toSet());
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException e) {
            return "it ended just now";
        }
    }

    private static final Optional<MemorySegment> MALLINFO =
            Linker.nativeLinker().defaultLookup().find("mallinfo2");

    /** {@code mallinfo2()} (glibc): ten size_t, of which the fifth is mapped bytes and the eighth is bytes in use. */
    private static long allocated() {
        StructLayout info = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle mallinfo =
                    Linker.nativeLinker().downcallHandle(MALLINFO.orElseThrow(), FunctionDescriptor.of(info));
            MemorySegment filled = (MemorySegment) mallinfo.invokeExact((SegmentAllocator) arena);
            return filled.getAtIndex(JAVA_LONG, 4) + filled.getAtIndex(JAVA_LONG, 7);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void severalEnginesOfOneFileLiveSideBySide() {
        Prompt prompt = Prompt.user("Where does Babel live?");
        try (Engine two = runtime.open(Natives.model("nano"), new EngineOptions(512, 2))) {
            String text;
            try (Engine one = runtime.open(Natives.model("nano"), new EngineOptions(512, 1))) {
                text = one.generate(prompt, GenerateOptions.greedy(8)).text();
                assertThat(two.generate(prompt, GenerateOptions.greedy(8)).text())
                        .isEqualTo(text);
            }
            assertThat(two.generate(prompt, GenerateOptions.greedy(8)).text()).isEqualTo(text);
        }
    }

    @Test
    void refusesAContextBeyondMemory() {
        Path mini = Natives.model("mini");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.open(mini, new EngineOptions(Integer.MAX_VALUE, 1)))
                .withMessageContainingAll("mini.gguf", Integer.toString(Integer.MAX_VALUE))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.RESOURCES));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> LlamaRuntime.requireFits(
                        mini, new EngineOptions(512, 1), Bytes.mebibytes(12), Bytes.mebibytes(11)))
                .withMessageContainingAll("mini.gguf", "512", "12.0 MiB", "11.0 MiB")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.RESOURCES));
        LlamaRuntime.requireFits(mini, new EngineOptions(512, 1), Bytes.mebibytes(12), Bytes.mebibytes(12));
    }
}
