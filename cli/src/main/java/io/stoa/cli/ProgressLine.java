package io.stoa.cli;

import io.stoa.model.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * A progress bar with rate and time left, on one line of stderr. It appears only where stderr is a terminal and only
 * when the work has taken two seconds.
 */
final class ProgressLine {
    private static final long QUIET_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
    private static final int BAR = 24;

    private final PrintStream err;
    private final boolean terminal;
    private final int width;
    private boolean drawn;

    ProgressLine(PrintStream err, Terminal terminal) {
        this.err = err;
        this.terminal = terminal.err();
        this.width = terminal.width();
    }

    /** A progress for one piece of work that starts now. */
    Progress start(String title) {
        if (!terminal) {
            return Progress.NONE;
        }
        long started = System.nanoTime();
        long[] last = {started};
        return (done, total) -> {
            long now = System.nanoTime();
            if (now - started < QUIET_NANOS || (now - last[0] < REDRAW_NANOS && done < total)) {
                return;
            }
            last[0] = now;
            draw(title, done, total, now - started);
        };
    }

    private void draw(String title, long done, long total, long nanos) {
        double share = total <= 0 ? 0 : Math.min(1, (double) done / total);
        int full = (int) Math.round(share * BAR);
        double seconds = nanos / 1e9;
        double rate = done / seconds;
        String left =
                done <= 0 ? "" : ", " + brief(Duration.ofMillis(Math.round((total - done) / rate * 1000))) + " left";
        String line = String.format(
                Locale.ROOT,
                "%s%s %3.0f%% %d/%d, %.1f/s%s  %s",
                "█".repeat(full),
                "░".repeat(BAR - full),
                share * 100,
                done,
                total,
                rate,
                left,
                title);
        err.print("\r\u001b[K" + (line.length() < width ? line : line.substring(0, width - 1)));
        err.flush();
        drawn = true;
    }

    /** Takes the line away, so that something else can be printed. */
    void clear() {
        if (drawn) {
            err.print("\r\u001b[K");
            err.flush();
            drawn = false;
        }
    }

    /** A duration for people, such as {@code 45 s} or {@code 3 min 20 s}. */
    static String brief(Duration duration) {
        long seconds = Math.max(0, Math.round(duration.toMillis() / 1000.0));
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min " + (seconds % 60 == 0 ? "" : seconds % 60 + " s")
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
