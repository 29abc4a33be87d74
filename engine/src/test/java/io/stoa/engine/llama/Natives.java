package io.stoa.engine.llama;

import java.nio.file.Path;

/** Where the tests find llama.cpp's libraries and the tiny models. */
final class Natives {
    private Natives() {}

    /** A runtime over the libraries that the build fetched. */
    static LlamaRuntime runtime() {
        return LlamaRuntime.load(folder(), LogSink.systemLogger());
    }

    static Path folder() {
        return Path.of(System.getProperty("stoa.natives", "target/natives"));
    }

    static Path model(String name) {
        return Path.of("../examples/quickstart/models").resolve(name + ".gguf");
    }
}
