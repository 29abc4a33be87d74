package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LlamaLibraryTest {
    @TempDir
    private Path folder;

    @Test
    void loadsTheLibraryThatTheBuildFetchedByFolderOrFile() {
        LlamaLibrary byFolder = LlamaLibrary.load(Natives.folder());
        assertThat(byFolder.version()).startsWith(LlamaLibrary.KNOWN_VERSION);
        assertThat(LlamaLibrary.load(byFolder.path()).version()).isEqualTo(byFolder.version());
        assertThat(Natives.runtime().version()).isEqualTo("llama.cpp " + byFolder.version());
        assertThat(Natives.runtime().systemInfo()).contains("CPU");
    }

    @Test
    void prefersTheUsersOwnLibrary() {
        Path shipped = Path.of("shipped");
        assertThat(LlamaRuntime.libraryPlace(Map.of(), shipped)).isEqualTo(shipped);
        assertThat(LlamaRuntime.libraryPlace(Map.of("STOA_LLAMA_LIB", "/opt/llama"), shipped))
                .isEqualTo(Path.of("/opt/llama"));
    }

    @Test
    void saysWhereItLookedInVain() throws IOException {
        refused(folder.resolve("missing")).withMessageContainingAll("missing", "STOA_LLAMA_LIB");
        refused(folder).withMessageContainingAll(folder.toString(), "holds no libllama");
        Files.writeString(folder.resolve("libllama-common.so"), "not it");
        refused(folder).withMessageContaining("holds no libllama");
        Files.writeString(folder.resolve("libllama.so"), "no library at all");
        refused(folder).withMessageContaining("cannot be loaded");
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<StoaException> refused(Path place) {
        return assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> LlamaLibrary.load(place))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER));
    }

    @Test
    void refusesAnotherVersionByNamingBoth() throws Exception {
        refused(compiled("const char * llama_version() { return \"0.4.0\"; }"
                        + "const char * ggml_version() { return \"0.24.9\"; }"))
                .withMessageContainingAll("0.4.0", "0.24.9", "0.5.", "STOA_LLAMA_LIB");
        refused(compiled("int llama_backend_init() { return 0; }")).withMessageContainingAll("too old to say", "0.5.");
    }

    @Test
    void refusesAKnownVersionThatLacksFunctions() throws Exception {
        refused(compiled("const char * llama_version() { return \"0.5.7\"; }"
                        + "const char * ggml_version() { return \"0.25.1\"; }"))
                .withMessageContainingAll("0.5.7", "llama_model_default_params");
    }

    private Path compiled(String code) throws IOException, InterruptedException {
        Path compiler = Path.of("/usr/bin/gcc");
        assumeTrue(Files.isExecutable(compiler), "no C compiler at /usr/bin/gcc");
        Path source = Files.createTempFile(folder, "llama", ".c");
        Path library = Files.createTempDirectory(folder, "own").resolve("libllama.so");
        Files.writeString(source, code);
        int status = new ProcessBuilder(
                        List.of(compiler.toString(), "-shared", "-fPIC", "-o", library.toString(), source.toString()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
        return library;
    }

    /** A field that is added, removed or moved by four bytes changes what the defaults look like. */
    @Test
    void knowsItsStructsFromShiftedAndLongerOnes() {
        byte[] room = filled();
        assertThat(Fingerprint.QUANTIZE.matches(room)).isTrue();
        room[22] = 77;
        assertThat(Fingerprint.QUANTIZE.matches(room))
                .as("padding is not compared")
                .isTrue();
        room[64] = 0;
        assertThat(Fingerprint.QUANTIZE.matches(room)).as("a longer struct").isFalse();
        byte[] shifted = filled();
        System.arraycopy(filled(), 0, shifted, 4, 64);
        assertThat(Fingerprint.QUANTIZE.matches(shifted))
                .as("a new first field")
                .isFalse();
        assertThat(Fingerprint.MODEL.matches(filled())).isFalse();
    }

    /** What llama_model_quantize_default_params leaves behind at v0.5.0. */
    private static byte[] filled() {
        byte[] room = new byte[Fingerprint.ROOM];
        Arrays.fill(room, Fingerprint.UNTOUCHED);
        Arrays.fill(room, 0, 64, (byte) 0);
        room[4] = 7;
        room[8] = 0x2b;
        room[12] = 0x2b;
        room[17] = 1;
        room[60] = 2;
        return room;
    }
}
