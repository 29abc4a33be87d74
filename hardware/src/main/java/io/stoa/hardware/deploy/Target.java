package io.stoa.hardware.deploy;

import static java.util.Objects.requireNonNull;

/** Where a model is to run: what reads the artifact, and which engine it starts. */
public sealed interface Target {
    /**
     * A systemd service on one machine.
     *
     * @param server what it runs
     * @param program the absolute path of {@code stoa} or {@code llama-server} there
     */
    record Systemd(Service server, String program) implements Target {
        public Systemd {
            requireNonNull(server, "server");
            Printable.requirePath("the program", program);
        }
    }

    /** What a systemd service runs. */
    enum Service {
        /** {@code stoa engine}. */
        STOA,
        /** llama.cpp's own server. */
        LLAMA_SERVER
    }

    /** A container under Docker or Podman Compose. */
    record Compose(Server server, Image image) implements Target {
        public Compose {
            requireNonNull(server, "server");
            requireNonNull(image, "image");
        }

        /** What a container runs. */
        public enum Server {
            VLLM("vllm/vllm-openai:v0.27.1"),
            SGLANG("lmsysorg/sglang:v0.5.19-cu129"),
            LLAMA_SERVER("ghcr.io/ggml-org/llama.cpp:server-b10884"),
            LLAMA_SERVER_CUDA("ghcr.io/ggml-org/llama.cpp:server-cuda-b10884");

            private final String image;

            Server(String image) {
                this.image = image;
            }

            /** A version of 2026 that knows the options written here. */
            public Image image() {
                return new Image(image);
            }
        }
    }

    /** KServe's {@code InferenceService} ({@code serving.kserve.io/v1beta1}) with its Hugging Face runtime on vLLM. */
    record Kserve() implements Target {}

    /**
     * llm-d, in its form of one resource: KServe's {@code LLMInferenceService} ({@code serving.kserve.io/v1alpha2}), whose
     * controller makes the vLLM pods, the {@code InferencePool}, the scheduler and the {@code HTTPRoute}.
     */
    record LlmD() implements Target {}

    /** A Modelfile for {@code ollama create}. */
    record Ollama() implements Target {}

    /**
     * The file that makes it so, read back and compared before it is given.
     *
     * @throws IllegalArgumentException when this target cannot do what the deployment asks for; names the culprit
     */
    default Artifact artifact(Deployment deployment) {
        return switch (this) {
            case Systemd systemd -> SystemdUnit.artifact(deployment, systemd);
            case Compose compose -> ComposeFile.artifact(deployment, compose);
            case Kserve _ -> KubernetesManifest.inferenceService(deployment);
            case LlmD _ -> KubernetesManifest.llmInferenceService(deployment);
            case Ollama _ -> Modelfile.artifact(deployment);
        };
    }
}
