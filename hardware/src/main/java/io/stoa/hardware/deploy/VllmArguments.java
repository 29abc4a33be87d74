package io.stoa.hardware.deploy;

import java.util.ArrayList;
import java.util.List;

/** What {@code vllm serve} is told besides the model and its name (vLLM's documentation, "Engine Arguments"). */
final class VllmArguments {
    private VllmArguments() {}

    /** Each as one word, {@code --option=value}; numbers and names that no shell touches. */
    static List<String> of(Deployment deployment, String target) {
        if (deployment.resources().gpuLayers() > 0) {
            throw new IllegalArgumentException(target
                    + " keeps every layer on GPUs and has no --gpu-layers; say with --tensor-parallel how many"
                    + " share them");
        }
        List<String> arguments = new ArrayList<>();
        arguments.add("--max-model-len=" + deployment.load().contextTokens());
        arguments.add("--max-num-seqs=" + deployment.load().parallel());
        arguments.add("--kv-cache-dtype=" + Requires.floatCache(deployment, target));
        arguments.add("--tensor-parallel-size=" + deployment.resources().tensorParallel());
        deployment.resources().gpuMemory().ifPresent(share -> arguments.add("--gpu-memory-utilization=" + share));
        return arguments;
    }
}
