package io.stoa.benchmark.dataset;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Closes a body from which nothing comes for too long; the client's own time limit ends with the headers. */
final class StallGuard extends FilterInputStream {
    private final long silence;
    private final Thread watch;
    private volatile long heard = System.nanoTime();
    private volatile boolean stalled;

    StallGuard(InputStream in, Duration silence) {
        super(in);
        this.silence = silence.toNanos();
        this.watch = Thread.ofVirtual().start(this::watch);
    }

    private void watch() {
        try {
            long left = silence;
            while (left > 0) {
                Thread.sleep(Duration.ofNanos(left));
                left = heard + silence - System.nanoTime();
            }
            stalled = true;
            in.close();
        } catch (InterruptedException | IOException _) {
            // Closed in time, or already broken: its reader hears of it.
            return;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        heard = System.nanoTime();
        int read = super.read(bytes, offset, length);
        if (stalled) {
            throw new IOException(
                    "nothing came for " + Duration.ofNanos(silence).toSeconds() + " s");
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        super.close();
    }
}
