package io.stoa.integration.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.integration.step.FailingFile;
import io.stoa.integration.step.FailingFile.Died;
import io.stoa.integration.step.FailingFile.How;
import io.stoa.integration.step.Journal;
import io.stoa.integration.step.JournalFile;
import io.stoa.integration.step.MemoryFile;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.integration.step.Waiting;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run that dies at each of many moments, at bytes of its journal and inside its tools, and goes on: nothing that was
 * kept is done again or lost, and no effect happens twice. Moments in this process are an error that no code of the run
 * survives; some more are processes that really end.
 *
 * <p>{@code -Dstoa.crash.step=1} dies at every single byte of the journal, {@code -Dstoa.crash.kills=30} kills more
 * processes.
 */
class CrashMatrixTest {
    /** Every so many bytes of the journal there is a moment. */
    private static final int STEP = Integer.getInteger("stoa.crash.step", 11);

    private static final int KILLS = Integer.getInteger("stoa.crash.kills", 4);

    private static final String STAGES = """
        search: {kind: retrieve, store: notes, query: "{question}", most: 2}
        draft: {kind: generate, model: small, prompt: "{search.passages} {question}"}
        look: {kind: tool, tool: look, arguments: {what: "{draft.text}"}}
        both:
          kind: parallel
          branches:
            put:
              stages: {put: {kind: tool, tool: put, approve: false, arguments: {what: "{look.text}"}}}
              result: "{put.text}"
            send:
              stages: {send: {kind: tool, tool: send, approve: false, arguments: {what: "{look.text}"}}}
              result: "{send.text}"
        again: {kind: tool, tool: send, approve: false, arguments: {what: "{both.put} {both.send}"}}
        pass: {kind: guard, check: "{again.text}", longest: 1000}
        """;
    private static final String OUTPUTS = """
        text: "{pass.text}"
        sent: "{both.send}"
        """;

    @TempDir
    private Path folder;

    private final List<Long> resumed = new ArrayList<>();

    /** What the world outside has seen; it outlives every process. */
    private static final class World {
        /** By effect name, for a tool that knows repetitions. */
        final Map<String, String> put = new HashMap<>();

        final List<String> sent = new ArrayList<>();
        /** At which call of a tool with effects the process dies, counting from 1; before or after the effect. */
        int dieAtCall;

        boolean dieAfter;
        private int calls;

        synchronized String send(String effect) {
            boolean now = ++calls == dieAtCall;
            if (now && !dieAfter) {
                throw new DiedInTool();
            }
            sent.add(effect);
            if (now) {
                throw new DiedInTool();
            }
            return answer(effect);
        }

        synchronized String put(String effect) {
            boolean now = ++calls == dieAtCall;
            if (now && !dieAfter) {
                throw new DiedInTool();
            }
            put.put(effect, answer(effect));
            if (now) {
                throw new DiedInTool();
            }
            return answer(effect);
        }

        static String answer(String effect) {
            return "done as " + effect;
        }
    }

    /** The death of the process within a tool. */
    private static final class DiedInTool extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static Workshop workshop(World world, AtomicLong firstWork) {
        return new Workshop(prompt -> {
                    first(firstWork);
                    return "drafted " + prompt.length();
                })
                .with("look", Effects.NONE, (arguments, _) -> {
                    first(firstWork);
                    return "saw " + arguments.path("what").stringValue("");
                })
                .with("put", Effects.IDEMPOTENT, (_, effect) -> {
                    first(firstWork);
                    return world.put(effect);
                })
                .with("send", Effects.EACH_CALL, (_, effect) -> {
                    first(firstWork);
                    return world.send(effect);
                });
    }

    private static void first(AtomicLong time) {
        time.compareAndSet(0, System.nanoTime());
    }

    private static Pipeline pipeline() {
        return Workshop.pipeline(STAGES, OUTPUTS);
    }

    private static ObjectNode inputs() {
        return Workshop.question("why?");
    }

    /** A run that nothing disturbs: its journal and its outputs. */
    private static MemoryFile whole() {
        MemoryFile file = new MemoryFile(new byte[0]);
        Workshop workshop = workshop(new World(), new AtomicLong());
        try (DurableRun run = workshop.begin(file, pipeline(), inputs())) {
            assertThat(workshop.go(run)).isInstanceOf(Outcome.Done.class);
        }
        return file;
    }

    private static String end(MemoryFile file) {
        return CanonicalJson.write(Journal.look(file).ended().orElseThrow().value());
    }

    @Test
    void diesAtEveryFewBytesOfItsJournal() {
        MemoryFile undisturbed = whole();
        String expected = end(undisturbed);
        int moments = 0;
        int before = Journal.look(undisturbed).steps().size();
        for (long at = headerLength(undisturbed); at < undisturbed.length(); at += STEP) {
            World world = new World();
            MemoryFile disk = new MemoryFile(new byte[0]);
            dies(world, new FailingFile(disk, at, How.DIES));
            goesOn(world, disk, expected, "dead at byte " + at);
            moments++;
        }
        for (int call = 1; call <= 3; call++) {
            for (boolean after : List.of(false, true)) {
                World world = new World();
                world.dieAtCall = call;
                world.dieAfter = after;
                MemoryFile disk = new MemoryFile(new byte[0]);
                dies(world, disk);
                goesOn(world, disk, expected, "dead " + (after ? "after" : "before") + " the effect of call " + call);
                moments++;
            }
        }
        report("in this process", moments);
        assertThat(before).isEqualTo(7);
        assertThat(moments).isGreaterThanOrEqualTo(300);
    }

    @Test
    void diesAgainWhileItGoesOn() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        MemoryFile undisturbed = whole();
        String expected = end(undisturbed);
        int header = headerLength(undisturbed);
        int length = (int) undisturbed.length();
        for (int round = 0; round < 100; round++) {
            World world = new World();
            MemoryFile disk = new MemoryFile(new byte[0]);
            long at = (long) header + random.nextInt(length - header);
            dies(world, new FailingFile(disk, at, How.DIES));
            for (int death = 0; death < 3; death++) {
                long next = disk.length() + random.nextInt(1500);
                try (DurableRun run = Workshop.open(new FailingFile(disk, next, How.DIES))) {
                    step(world, workshop(world, new AtomicLong()), run);
                } catch (Died _) {
                    // and again
                }
            }
            goesOn(world, disk, expected, "seed " + seed + ", round " + round);
        }
        report("dying several times, seed " + seed, 100);
    }

    @Test
    void aFullDiskLosesNothing() {
        MemoryFile undisturbed = whole();
        String expected = end(undisturbed);
        int moments = 0;
        for (long at = headerLength(undisturbed); at < undisturbed.length(); at += 8L * STEP) {
            World world = new World();
            MemoryFile disk = new MemoryFile(new byte[0]);
            Workshop workshop = workshop(world, new AtomicLong());
            try (DurableRun run = workshop.begin(new FailingFile(disk, at, How.FULL), pipeline(), inputs())) {
                Outcome outcome = workshop.go(run);
                assertThat(outcome).as("full at byte %d", at).isInstanceOf(Outcome.Failed.class);
                assertThat(((Outcome.Failed) outcome).reason())
                        .contains("No space left")
                        .contains("resume");
            } catch (StoaException e) {
                // The run was done, and only that could not be written down.
                assertThat(e.sentence()).contains("No space left");
            }
            goesOn(world, disk, expected, "full at byte " + at);
            moments++;
        }
        report("with a full disk", moments);
    }

    /** What a reader makes of a journal that is cut anywhere: the entries that are whole, and nothing else. */
    @Test
    void aJournalThatIsCutAnywhereIsWhatItWas() {
        MemoryFile undisturbed = whole();
        byte[] all = undisturbed.bytes();
        int last = 0;
        for (int cut = headerLength(undisturbed); cut <= all.length; cut += 3) {
            RunHistory history = Journal.look(new MemoryFile(Arrays.copyOf(all, cut)));
            int kept = (int) history.steps().stream()
                    .filter(past -> past.output().isPresent())
                    .count();
            assertThat(kept).as("cut at %d", cut).isBetween(last, last + 1);
            last = kept;
        }
        assertThat(last).isGreaterThanOrEqualTo(6);
    }

    @Test
    void processesThatReallyEndGoOn() throws Exception {
        MemoryFile undisturbed = whole();
        String expected = end(undisturbed);
        int header = headerLength(undisturbed);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            Path home = Files.createDirectory(folder.resolve("kill-" + kill));
            // The first third dies by SIGKILL inside a tool, the others at a byte of their journal.
            boolean signal = kill % 3 == 0;
            long at = signal ? Long.MAX_VALUE : header + random.nextInt((int) undisturbed.length() - header);
            Process child = child(home, at, signal);
            if (signal) {
                awaitFile(home.resolve("hangs"), child);
                child.destroyForcibly();
            }
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue())
                    .as(Files.readString(home.resolve("err")))
                    .isEqualTo(137);
            World world = new World();
            if (Files.exists(home.resolve("sent"))) {
                world.sent.addAll(Files.readAllLines(home.resolve("sent")));
            }
            MemoryFile disk = new MemoryFile(Files.readAllBytes(home.resolve("run")));
            goesOn(world, disk, expected, "seed " + seed + ", killed process " + kill);
        }
        report("in processes that ended, seed " + seed, KILLS);
    }

    private static void awaitFile(Path file, Process child) throws Exception {
        for (int i = 0; i < 6000 && !Files.exists(file) && child.isAlive(); i++) {
            Thread.sleep(10);
        }
        assertThat(file).exists();
    }

    private static Process child(Path home, long at, boolean hangs) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath(),
                        Child.class.getName(),
                        home.toString(),
                        Long.toString(at),
                        Boolean.toString(hangs))
                .redirectOutput(home.resolve("out").toFile())
                .redirectError(home.resolve("err").toFile())
                .start();
    }

    /** Some launchers of tests load their classes beside the class path. */
    private static String classPath() {
        List<String> places = new ArrayList<>(List.of(System.getProperty("java.class.path")));
        if (CrashMatrixTest.class.getClassLoader() instanceof URLClassLoader loader) {
            for (URL place : loader.getURLs()) {
                places.add(place.getPath());
            }
        }
        return String.join(File.pathSeparator, places);
    }

    /** The process that dies. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            Path home = Path.of(arguments[0]);
            boolean hangs = Boolean.parseBoolean(arguments[2]);
            Workshop workshop = new Workshop(prompt -> "drafted " + prompt.length())
                    .with(
                            "look",
                            Effects.NONE,
                            (given, _) -> "saw " + given.path("what").stringValue(""))
                    .with("put", Effects.IDEMPOTENT, (_, effect) -> World.answer(effect))
                    .with("send", Effects.EACH_CALL, (_, effect) -> send(home, effect, hangs));
            JournalFile file =
                    new FailingFile(FailingFile.onDisk(home.resolve("run")), Long.parseLong(arguments[1]), How.HALTS);
            try (DurableRun run = workshop.begin(file, pipeline(), inputs())) {
                workshop.go(run);
            }
        }

        private static synchronized String send(Path home, String effect, boolean hangs) {
            try {
                Files.writeString(
                        home.resolve("sent"), effect + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                if (hangs) {
                    Files.createFile(home.resolve("hangs"));
                    Thread.sleep(60_000);
                }
                return World.answer(effect);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void dies(World world, JournalFile file) {
        Workshop workshop = workshop(world, new AtomicLong());
        try (DurableRun run = workshop.begin(file, pipeline(), inputs())) {
            workshop.go(run);
        } catch (Died | DiedInTool _) {
            world.dieAtCall = 0;
            return;
        }
        // The last byte is the newline after the run's end: then it has ended.
        assertThat(Journal.look(file).ended()).isPresent();
    }

    /** Goes on to the end, asking somebody who can look into the world where the run asks. */
    private void goesOn(World world, MemoryFile disk, String expected, String when) {
        Map<String, String> kept = kept(Journal.look(disk));
        AtomicLong firstWork = new AtomicLong();
        Workshop workshop = workshop(world, firstWork);
        int rounds = 0;
        boolean done = false;
        while (!done) {
            assertThat(++rounds).as(when).isLessThan(10);
            firstWork.set(0);
            long opened = System.nanoTime();
            try (DurableRun run = Workshop.open(disk)) {
                done = step(world, workshop, run);
            }
            resumed.add((firstWork.get() == 0 ? System.nanoTime() : firstWork.get()) - opened);
        }
        RunHistory history = Journal.look(disk);
        assertThat(end(disk)).as(when).isEqualTo(expected);
        assertThat(kept(history)).as(when + ": what was kept stays").containsAllEntriesOf(kept);
        assertThat(new TreeSet<>(world.sent)).as(when + ": no effect twice").hasSize(world.sent.size());
        assertThat(world.sent).as(when + ": no effect lost").hasSize(2);
        assertThat(world.put).as(when).hasSizeLessThanOrEqualTo(1);
        assertThat(workshop.asked("look")).as(when).isEqualTo(kept.containsKey("look") ? 0 : 1);
        assertThat(workshop.asked("model")).as(when).isEqualTo(kept.containsKey("draft") ? 0 : 1);
        RunReplay.Report replay = RunReplay.of(history);
        assertThat(replay.exact()).as(when + ": " + replay).isTrue();
        assertThat(replay.steps()).as(when).isEqualTo(7);
    }

    /** One process's part; true when the run is done. */
    private static boolean step(World world, Workshop workshop, DurableRun run) {
        Outcome outcome = workshop.go(run);
        return switch (outcome) {
            case Outcome.Done _ -> true;
            case Outcome.Waits(String path, Waiting.Reason reason, String _) -> {
                assertThat(reason).isEqualTo(Waiting.Reason.UNCERTAIN);
                Past past = run.journal().waiting().stream()
                        .filter(each -> each.path().equals(path))
                        .findFirst()
                        .orElseThrow();
                String effect = past.begun().orElseThrow().effect();
                ObjectNode result = JsonMapper.shared().createObjectNode().put("text", World.answer(effect));
                run.journal()
                        .rule(path, world.sent.contains(effect) ? Optional.of(result) : Optional.empty(), "test", "");
                yield false;
            }
            case Outcome.Stopped _, Outcome.Failed _ -> throw new AssertionError(outcome);
        };
    }

    private static Map<String, String> kept(RunHistory history) {
        Map<String, String> kept = new HashMap<>();
        history.steps()
                .forEach(past -> past.output().ifPresent(output -> kept.put(past.path(), CanonicalJson.write(output))));
        return kept;
    }

    private static int headerLength(MemoryFile file) {
        byte[] bytes = file.bytes();
        int lines = 0;
        int at = 0;
        while (lines < 2) {
            lines += bytes[at++] == '\n' ? 1 : 0;
        }
        return at;
    }

    private void report(String where, int moments) {
        long[] sorted = resumed.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%d moments %s: 0 lost, 0 duplicated; resumed in %.1f ms (median), %.1f ms (slowest)%n",
                moments,
                where,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length - 1] / 1e6);
        assertThat(sorted[sorted.length - 1]).isLessThan(500_000_000L);
    }
}
