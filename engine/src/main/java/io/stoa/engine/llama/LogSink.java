package io.stoa.engine.llama;

/** Hears llama.cpp's log, one line at a time. Called from several threads, native ones among them. */
@FunctionalInterface
public interface LogSink {
    void line(System.Logger.Level level, String text);

    /** The sink that writes to the system logger {@code stoa.llama}. */
    static LogSink systemLogger() {
        System.Logger logger = System.getLogger("stoa.llama");
        return logger::log;
    }
}
