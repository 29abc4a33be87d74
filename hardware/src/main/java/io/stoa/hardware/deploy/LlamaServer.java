package io.stoa.hardware.deploy;

import java.util.ArrayList;
import java.util.List;

/**
 * The command line of llama.cpp's server, after its {@code tools/server/README.md} of 2026.
 *
 * <p>{@code --ctx-size} is what all slots share, in equal parts. A quantized value cache needs flash attention. The chat
 * template is the file's own.
 *
 * <p>Two stores of the server are off, because they grow with the load up to sizes that no limit from a header allows for:
 * the prompt cache in host memory ({@code --cache-ram}, 8,192 MiB unless asked otherwise), and the copies of states and
 * sliding windows to go back to ({@code --ctx-checkpoints}, 32 a slot unless asked otherwise). What a slot still holds is
 * used again without them.
 */
final class LlamaServer {
    private LlamaServer() {}

    static List<String> arguments(Deployment deployment, String model, Deployment.Address address) {
        Deployment.Load load = deployment.load();
        if (load.parallel() > 256) {
            throw new IllegalArgumentException("llama.cpp holds at most 256 sequences: " + load.parallel());
        }
        String cache = Requires.blockCache(deployment, "llama-server");
        List<String> arguments = new ArrayList<>(List.of("--model", model));
        arguments.addAll(List.of("--alias", deployment.name()));
        arguments.addAll(List.of("--host", address.host(), "--port", Integer.toString(address.port())));
        arguments.addAll(List.of("--ctx-size", Integer.toString(load.tokens())));
        arguments.addAll(List.of("--parallel", Integer.toString(load.parallel())));
        arguments.addAll(
                List.of("--threads", Integer.toString(deployment.resources().threads())));
        arguments.addAll(List.of(
                "--n-gpu-layers", Integer.toString(deployment.resources().gpuLayers())));
        arguments.addAll(List.of("--flash-attn", "on"));
        arguments.addAll(List.of("--cache-type-k", cache, "--cache-type-v", cache));
        arguments.addAll(List.of("--cache-ram", "0", "--ctx-checkpoints", "0"));
        return arguments;
    }
}
