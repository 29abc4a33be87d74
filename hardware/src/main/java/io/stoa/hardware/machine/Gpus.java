package io.stoa.hardware.machine;

import io.stoa.model.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The accelerators of this machine: NVIDIA's as {@code nvidia-smi} tells them, AMD's as the kernel's driver does. A card
 * without its driver cannot compute, and is not seen.
 */
public final class Gpus {
    private static final int SECONDS = 10;

    private static final int MOST_CARDS = 64;

    private final Path root;
    private final List<String> command;

    /**
     * Prepares a look.
     *
     * @param root where {@code sys} lies: {@code /} on a real machine
     * @param command that prints a line of {@code name, memory in MiB, driver} for each card
     */
    public Gpus(Path root, List<String> command) {
        this.root = root;
        this.command = List.copyOf(command);
    }

    /** The command of NVIDIA's driver. */
    public static List<String> nvidia() {
        return List.of("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits");
    }

    /**
     * An accelerator.
     *
     * @param by what told it
     */
    public record Gpu(String name, Bytes memory, String by) {}

    /** What there is; none where nothing says so. */
    public List<Gpu> read() {
        List<Gpu> found = new ArrayList<>();
        answer().lines().limit(MOST_CARDS).forEach(line -> card(line).ifPresent(found::add));
        found.addAll(amd());
        return List.copyOf(found);
    }

    private String answer() {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.getOutputStream().close();
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    return "";
                }
                return new String(process.getInputStream().readNBytes(1 << 16), StandardCharsets.UTF_8);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private Optional<Gpu> card(String line) {
        List<String> fields = List.of(line.split(",", -1));
        if (fields.size() != 3 || !fields.get(1).strip().matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        return Optional.of(new Gpu(
                fields.get(0).strip(),
                Bytes.mebibytes(Long.parseLong(fields.get(1).strip())),
                command.getFirst() + ", driver " + fields.get(2).strip()));
    }

    /** {@code amdgpu} tells the memory of a card in bytes. */
    private List<Gpu> amd() {
        Path cards = root.resolve("sys/class/drm");
        List<Gpu> found = new ArrayList<>();
        if (!Files.isDirectory(cards)) {
            return found;
        }
        try (Stream<Path> entries = Files.list(cards)) {
            List<Path> numbered = entries.filter(
                            path -> path.getFileName().toString().matches("card[0-9]{1,3}"))
                    .sorted()
                    .toList();
            for (Path card : numbered) {
                Path memory = card.resolve("device/mem_info_vram_total");
                if (Files.isReadable(memory)) {
                    String bytes = Files.readString(memory).strip();
                    if (bytes.matches("[0-9]{1,18}")) {
                        found.add(new Gpu(
                                "AMD " + card.getFileName(), new Bytes(Long.parseLong(bytes)), memory.toString()));
                    }
                }
            }
        } catch (IOException e) {
            return found;
        }
        return found;
    }
}
