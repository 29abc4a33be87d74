package io.stoa.cli;

import io.stoa.gateway.policy.Caller;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Who has which run carried out: each run asks its models with a key of its own, which ends with it. */
final class RunCallers {
    private static final String PREFIX = "run_";
    private static final int KEY_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Run> runs = new ConcurrentHashMap<>();
    /** The very values that were handed out: another caller of the same name is not one of ours. */
    private final Map<Caller, String> pipelines = Collections.synchronizedMap(new IdentityHashMap<>());

    private record Run(Caller caller, String pipeline) {}

    /** Who asks, as the gateway tells its own endpoints; empty when nobody was told. */
    static Optional<Caller> told(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        int space = header.indexOf(' ');
        return space <= 0
                ? Optional.empty()
                : Optional.of(new Caller(header.substring(0, space), Optional.of(header.substring(space + 1))));
    }

    /** A key for a run. */
    String begin(Caller asker, String pipeline) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        String key = PREFIX + HexFormat.of().formatHex(bytes);
        Caller own = new Caller(asker.keyId(), asker.use());
        runs.put(key, new Run(own, pipeline));
        pipelines.put(own, pipeline);
        return key;
    }

    void end(String key) {
        Run run = runs.remove(key);
        if (run != null) {
            pipelines.remove(run.caller());
        }
    }

    /** For whom a run's key asks. */
    Optional<Caller> of(String key) {
        return key.startsWith(PREFIX) ? Optional.ofNullable(runs.get(key)).map(Run::caller) : Optional.empty();
    }

    /** The pipeline that asks for this caller; empty when the caller asks by itself. */
    Optional<String> pipelineOf(Caller caller) {
        return Optional.ofNullable(pipelines.get(caller));
    }
}
