package io.stoa.gateway.upstream;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The times that must not pass, of one event loop: looked through many times a second, which costs less than a timer for
 * each request, its first byte and its every pause.
 */
public final class Watch {
    /** How often it is looked through. */
    public static final long TICK_MILLIS = 20;

    /** A time that does not come. */
    public static final long NEVER = Long.MAX_VALUE;

    private @Nullable Watched[] all = new Watched[64];
    private int size;

    public void add(Watched watched) {
        if (watched.place >= 0) {
            return;
        }
        if (size == all.length) {
            all = Arrays.copyOf(all, 2 * size);
        }
        all[size] = watched;
        watched.place = size;
        size++;
    }

    public void remove(Watched watched) {
        int place = watched.place;
        if (place < 0) {
            return;
        }
        size--;
        Watched last = Objects.requireNonNull(all[size]);
        all[place] = last;
        last.place = place;
        all[size] = null;
        watched.place = -1;
    }

    /** Tells all whose time has passed. */
    public void look(long now) {
        for (int i = size - 1; i >= 0; i--) {
            // What is told may remove others, so that fewer are left than there were.
            if (i < size) {
                Watched watched = Objects.requireNonNull(all[i]);
                if (watched.due != NEVER && now - watched.due >= 0) {
                    watched.overdue();
                }
            }
        }
    }

    public int size() {
        return size;
    }

    /** Something that must happen in time. */
    public abstract static class Watched {
        private int place = -1;
        private long due = NEVER;

        /** Sets the time, as of {@link System#nanoTime()}, or {@link Watch#NEVER}. */
        protected final void due(long nanos) {
            due = nanos;
        }

        /** Its time has passed. Sets a later one, or removes itself. */
        protected abstract void overdue();
    }
}
