package io.stoa.hardware.deploy;

/** What targets ask of a deployment. */
final class Requires {
    private Requires() {}

    static ServedModel.Gguf gguf(Deployment deployment, String target) {
        return switch (deployment.model()) {
            case ServedModel.Gguf gguf -> gguf;
            case ServedModel.Hub hub ->
                throw new IllegalArgumentException(
                        target + " runs GGUF files, and " + hub.id() + " is a model of the hub; name a .gguf file");
        };
    }

    static ServedModel.Hub hub(Deployment deployment, String target) {
        return switch (deployment.model()) {
            case ServedModel.Hub hub -> hub;
            case ServedModel.Gguf gguf ->
                throw new IllegalArgumentException(target + " runs models of the hub (safetensors), and " + gguf.path()
                        + " is a GGUF file; name the model as owner/name, or choose a target for GGUF files");
        };
    }

    /** The name of vLLM's and SGLang's cache type, which both call {@code --kv-cache-dtype}. */
    static String floatCache(Deployment deployment, String target) {
        return switch (deployment.load().cache()) {
            case F16 -> "auto";
            case FP8 -> "fp8_e4m3";
            case Q8_0, Q4_0 ->
                throw new IllegalArgumentException(target + " keeps keys and values as f16 or fp8, not as "
                        + deployment.load().cache());
        };
    }

    /** The name of llama.cpp's cache type. */
    static String blockCache(Deployment deployment, String target) {
        return switch (deployment.load().cache()) {
            case F16 -> "f16";
            case Q8_0 -> "q8_0";
            case Q4_0 -> "q4_0";
            case FP8 ->
                throw new IllegalArgumentException(target + " keeps keys and values as f16, q8_0 or q4_0, not as fp8");
        };
    }

    static void noGpuLayers(Deployment deployment, String target) {
        if (deployment.resources().gpuLayers() > 0) {
            throw new IllegalArgumentException(
                    target + " has no --gpu-layers; leave them out, or choose a target that runs llama-server");
        }
    }

    static void noKey(Deployment deployment, String target, String instead) {
        if (!(deployment.key() instanceof ApiKey.None)) {
            throw new IllegalArgumentException(target + " asks callers for no key; " + instead);
        }
    }
}
