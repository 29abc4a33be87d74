package io.stoa.hardware.deploy;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One model as a service, in terms of no engine.
 *
 * @param model what is served
 * @param name the name that callers ask for
 * @param load what it must hold at once
 * @param resources what it may take
 * @param address where callers find it
 * @param key what callers must send
 */
public record Deployment(ServedModel model, String name, Load load, Resources resources, Address address, ApiKey key) {
    public Deployment {
        requireNonNull(model, "model");
        Printable.require("the served name", name, 128);
        requireNonNull(load, "load");
        requireNonNull(resources, "resources");
        requireNonNull(address, "address");
        requireNonNull(key, "key");
        if (key instanceof ApiKey.None && !address.isLoopback()) {
            throw new IllegalArgumentException(
                    "others can reach " + address + ": give a key with --key-env or --key-file, or serve on 127.0.0.1");
        }
    }

    /** The command that asks whether it serves. */
    String question() {
        String header = switch (key) {
            case ApiKey.None _ -> "";
            case ApiKey.Variable variable -> "-H \"Authorization: Bearer $" + variable.name() + "\" ";
            case ApiKey.File _ -> "-H 'Authorization: Bearer KEY' ";
        };
        return "curl -s " + header + address.local() + "/v1/models";
    }

    /**
     * What it must hold at once.
     *
     * @param contextTokens tokens of one prompt and its answer
     * @param parallel answers at once
     */
    public record Load(int contextTokens, int parallel, CacheType cache) {
        public Load {
            if (contextTokens < 1) {
                throw new IllegalArgumentException("the context must be positive: " + contextTokens);
            }
            if (parallel < 1 || parallel > 4096) {
                throw new IllegalArgumentException("answers at once are 1 to 4096: " + parallel);
            }
            if ((long) contextTokens * parallel > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(parallel + " answers of " + contextTokens
                        + " tokens are more than an engine can count (2147483647 tokens)");
            }
            requireNonNull(cache, "cache");
        }

        int tokens() {
            return contextTokens * parallel;
        }
    }

    /**
     * What it may take.
     *
     * @param threads native threads
     * @param gpuLayers layers on the GPU, for llama.cpp; 0 leaves all on the processor
     * @param tensorParallel GPUs that share each layer, for vLLM and SGLang
     * @param gpuMemory the share of a GPU's memory that vLLM or SGLang may take; empty leaves their own
     * @param memory the most memory of the machine
     */
    public record Resources(
            int threads, int gpuLayers, int tensorParallel, OptionalDouble gpuMemory, Optional<Bytes> memory) {
        public Resources {
            if (threads < 1 || threads > 4096) {
                throw new IllegalArgumentException("threads are 1 to 4096: " + threads);
            }
            if (gpuLayers < 0 || gpuLayers > 10_000) {
                throw new IllegalArgumentException("layers on the GPU are 0 to 10000: " + gpuLayers);
            }
            if (tensorParallel < 1 || tensorParallel > 1024) {
                throw new IllegalArgumentException("GPUs that share a layer are 1 to 1024: " + tensorParallel);
            }
            if (gpuMemory.isPresent() && !(gpuMemory.getAsDouble() > 0 && gpuMemory.getAsDouble() <= 1)) {
                throw new IllegalArgumentException(
                        "the share of a GPU's memory is above 0 and at most 1: " + gpuMemory.getAsDouble());
            }
            if (memory.isPresent() && memory.get().compareTo(Bytes.mebibytes(16)) < 0) {
                throw new IllegalArgumentException(
                        "a memory limit below 16 MiB starts nothing: " + memory.get() + "; write 8GiB, not 8");
            }
        }

        /** The limit in whole mebibytes, rounded up: what every format can write. */
        Optional<Long> mebibytes() {
            return memory.map(bytes -> Math.ceilDiv(bytes.count(), 1L << 20));
        }
    }

    /**
     * Where callers find it.
     *
     * @param host an address or a name; IPv6 without brackets
     */
    public record Address(String host, int port) {
        public Address {
            if (!host.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,252})|[0-9a-fA-F:.]{2,45}")) {
                throw new IllegalArgumentException("no host: " + host);
            }
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a port is 1 to 65535: " + port);
            }
        }

        /** Whether nobody outside the machine can reach it. */
        public boolean isLoopback() {
            return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
        }

        /** How a person on the machine asks for it. */
        String local() {
            boolean every = host.equals("0.0.0.0") || host.equals("::");
            return "http://" + (every ? new Address("127.0.0.1", port) : this);
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }
}
