package io.stoa.gateway.route;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.upstream.Target;
import java.nio.file.Path;

/** Where the model of a tier comes from, which is what can be checked of it. */
public sealed interface ModelSource {
    /** A file that an engine on this machine has loaded. */
    record GgufFile(Path file) implements ModelSource {
        public GgufFile {
            requireNonNull(file, "file");
        }
    }

    /** Somebody's endpoint: all that can be checked is what it tells. */
    record Endpoint(Target target) implements ModelSource {
        public Endpoint {
            requireNonNull(target, "target");
        }
    }
}
