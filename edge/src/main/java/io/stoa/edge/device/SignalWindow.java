package io.stoa.edge.device;

import io.stoa.model.Bytes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Gathers {@link Signals} over some answers. One thread at a time. */
final class SignalWindow {
    private static final int WORDS = 4;
    private static final int STUCK = 4;
    /** Longer answers are looked at up to here. */
    private static final int MOST_LETTERS = 100_000;

    private int answers;
    private int failed;
    private int cut;
    private int empty;
    private int repeating;
    private long tokens;
    private long generating;
    private long slowest;

    int answers() {
        return answers;
    }

    void add(Answered answered, String text) {
        answers++;
        failed += answered.end() == Answered.End.FAILED ? 1 : 0;
        cut += answered.end() == Answered.End.CUT ? 1 : 0;
        empty += answered.end() != Answered.End.FAILED && text.isBlank() ? 1 : 0;
        repeating += isStuck(text) ? 1 : 0;
        tokens += answered.answerTokens();
        answered.firstToken().ifPresent(first -> {
            generating += micros(answered.total().minus(first));
            slowest = Math.max(slowest, micros(first));
        });
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1000;
    }

    static boolean isStuck(String text) {
        String[] words =
                text.substring(0, Math.min(text.length(), MOST_LETTERS)).strip().split("\\s+", -1);
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i + WORDS <= words.length; i++) {
            String run = String.join(" ", words[i], words[i + 1], words[i + 2], words[i + 3]);
            if (seen.merge(run, 1, Integer::sum) >= STUCK) {
                return true;
            }
        }
        return false;
    }

    Signals signals(Optional<Bytes> memory) {
        return new Signals(
                answers,
                failed,
                cut,
                empty,
                repeating,
                tokens,
                generating,
                slowest,
                memory.isPresent() ? OptionalLong.of(memory.get().count()) : OptionalLong.empty());
    }
}
