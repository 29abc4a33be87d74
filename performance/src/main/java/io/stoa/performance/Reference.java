package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** llama.cpp's own programs, in one folder with the libraries that Stoa ships. */
record Reference(Path folder) {
    /** What a program printed, and what it cost. */
    record Outcome(String output, Duration cpu, Duration wall) {}

    Path program(String name) {
        Path program = folder.resolve(name);
        if (!Files.isExecutable(program)) {
            throw StoaException.user(
                    program + ": is missing; performance/build-reference.sh " + folder + " makes llama.cpp's programs");
        }
        return program;
    }

    /** Runs a program to its end. Its processor time is that of its last look, taken every 5 ms. */
    Outcome run(String name, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(program(name).toString());
        command.addAll(arguments);
        try {
            Path output = Files.createTempFile("reference", ".out");
            try {
                long start = System.nanoTime();
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                Duration cpu = Duration.ZERO;
                while (!process.waitFor(5, TimeUnit.MILLISECONDS)) {
                    cpu = process.info().totalCpuDuration().orElse(cpu);
                }
                Duration wall = Duration.ofNanos(System.nanoTime() - start);
                String text = Files.readString(output, StandardCharsets.UTF_8);
                if (process.exitValue() != 0) {
                    throw StoaException.engine(command + ": ended with " + process.exitValue() + ":\n" + text);
                }
                return new Outcome(text, cpu, wall);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, command + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine(command + ": interrupted");
        }
    }
}
