package io.stoa.hardware.deploy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Compose file (the Compose Specification) with one service: an image with a version, a health check, limits, and one
 * port, on the loopback address unless asked otherwise. In values, {@code $$} is a dollar sign and <code>${NAME:?…}</code>
 * a variable that must be set.
 */
final class ComposeFile {
    private static final String SECRET = "api-key";
    private static final String FILE = "compose.yaml";

    /** The ports that the images' own documentation uses; outside, the deployment's port counts. */
    private static final Map<Target.Compose.Server, Integer> PORTS = Map.of(
            Target.Compose.Server.VLLM, 8000,
            Target.Compose.Server.SGLANG, 30_000,
            Target.Compose.Server.LLAMA_SERVER, 8080,
            Target.Compose.Server.LLAMA_SERVER_CUDA, 8080);

    private final Deployment deployment;
    private final Target.Compose target;
    private final int port;
    private final Map<String, Object> service = new LinkedHashMap<>();
    private final Map<String, Object> environment = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    private ComposeFile(Deployment deployment, Target.Compose target) {
        this.deployment = deployment;
        this.target = target;
        this.port = PORTS.getOrDefault(target.server(), 8000);
    }

    static Artifact artifact(Deployment deployment, Target.Compose target) {
        return new ComposeFile(deployment, target).artifact();
    }

    private Artifact artifact() {
        service.put("image", target.image().reference());
        service.put("restart", "unless-stopped");
        switch (target.server()) {
            case VLLM -> vllm(Requires.hub(deployment, "vLLM"));
            case SGLANG -> sglang(Requires.hub(deployment, "SGLang"));
            case LLAMA_SERVER -> llamaServer(Requires.gguf(deployment, "llama-server"));
            case LLAMA_SERVER_CUDA -> llamaServer(Requires.gguf(deployment, "llama-server"));
        }
        key();
        if (!environment.isEmpty()) {
            service.put("environment", environment);
        }
        service.put("ports", List.of(published()));
        service.put("security_opt", List.of("no-new-privileges:true"));
        service.put("cap_drop", List.of("ALL"));
        service.put("healthcheck", healthCheck());
        service.put("deploy", Map.of("resources", resources()));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("services", Map.of(Names.plain(deployment.name(), 60), service));
        if (deployment.model() instanceof ServedModel.Hub) {
            document.put("volumes", Map.of("hub", Map.of()));
        }
        if (deployment.key() instanceof ApiKey.File file && llama()) {
            document.put("secrets", Map.of(SECRET, Map.of("file", literal(file.path()))));
            notes.add(
                    "the container's root has no capabilities: " + file.path() + " must belong to root or be readable");
        }
        String text = YamlText.write(
                "Written by stoa deploy. Serves " + deployment.model().identity() + ".", document);
        return new Artifact(FILE, text, next(), notes);
    }

    private boolean llama() {
        return switch (target.server()) {
            case LLAMA_SERVER, LLAMA_SERVER_CUDA -> true;
            case VLLM, SGLANG -> false;
        };
    }

    private boolean gpu() {
        return switch (target.server()) {
            case VLLM, SGLANG, LLAMA_SERVER_CUDA -> true;
            case LLAMA_SERVER -> false;
        };
    }

    private void vllm(ServedModel.Hub model) {
        List<String> command = new ArrayList<>(List.of(model.id()));
        command.add("--revision=" + model.revision());
        command.add("--tokenizer-revision=" + model.revision());
        command.add("--served-model-name=" + literal(deployment.name()));
        command.add("--host=0.0.0.0");
        command.add("--port=" + port);
        command.addAll(VllmArguments.of(deployment, "vLLM"));
        service.put("entrypoint", List.of("vllm", "serve"));
        service.put("command", command);
        hub();
    }

    private void sglang(ServedModel.Hub model) {
        if (deployment.resources().gpuLayers() > 0) {
            throw new IllegalArgumentException("SGLang keeps every layer on GPUs and has no --gpu-layers;"
                    + " say with --tensor-parallel how many share them");
        }
        List<String> command = new ArrayList<>(List.of("--model-path=" + model.id()));
        command.add("--revision=" + model.revision());
        command.add("--served-model-name=" + literal(deployment.name()));
        command.add("--host=0.0.0.0");
        command.add("--port=" + port);
        command.add("--context-length=" + deployment.load().contextTokens());
        command.add("--max-running-requests=" + deployment.load().parallel());
        command.add("--kv-cache-dtype=" + Requires.floatCache(deployment, "SGLang"));
        command.add("--tp-size=" + deployment.resources().tensorParallel());
        deployment.resources().gpuMemory().ifPresent(share -> command.add("--mem-fraction-static=" + share));
        if (deployment.key() instanceof ApiKey.Variable variable) {
            command.add("--api-key=" + required(variable));
            notes.add("SGLang takes its key on the command line: who may list the host's processes sees it");
        }
        service.put("entrypoint", List.of("python3", "-m", "sglang.launch_server"));
        service.put("command", command);
        hub();
    }

    /** The weights are downloaded once, into a volume; a token for closed models comes from the environment. */
    private void hub() {
        service.put("volumes", List.of("hub:/root/.cache/huggingface"));
        service.put("shm_size", "16gb");
        environment.put("HF_TOKEN", "${HF_TOKEN:-}");
        notes.add("the first start downloads the model; set HF_TOKEN in the environment when the hub asks for one");
    }

    private void llamaServer(ServedModel.Gguf model) {
        if (target.server() == Target.Compose.Server.LLAMA_SERVER
                && deployment.resources().gpuLayers() > 0) {
            throw new IllegalArgumentException(
                    "this image of llama-server runs on the processor alone; leave --gpu-layers out,"
                            + " or write --to compose-llama-cuda");
        }
        String inside = "/models/model.gguf";
        List<String> command = new ArrayList<>();
        LlamaServer.arguments(deployment, inside, new Deployment.Address("0.0.0.0", port))
                .forEach(argument -> command.add(literal(argument)));
        service.put("entrypoint", List.of("/app/llama-server"));
        if (deployment.key() instanceof ApiKey.File) {
            command.add("--api-key-file");
            command.add("/run/secrets/" + SECRET);
            service.put("secrets", List.of(SECRET));
        }
        service.put("command", command);
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("type", "bind");
        mount.put("source", literal(model.path()));
        mount.put("target", inside);
        mount.put("read_only", true);
        service.put("volumes", List.of(mount));
        service.put("read_only", true);
        service.put("tmpfs", List.of("/tmp"));
    }

    private void key() {
        switch (deployment.key()) {
            case ApiKey.None _ -> {}
            case ApiKey.Variable variable -> {
                switch (target.server()) {
                    case VLLM -> environment.put("VLLM_API_KEY", required(variable));
                    case LLAMA_SERVER, LLAMA_SERVER_CUDA -> environment.put("LLAMA_API_KEY", required(variable));
                    case SGLANG -> {}
                }
            }
            case ApiKey.File file -> {
                if (!llama()) {
                    throw new IllegalArgumentException("vLLM and SGLang read their key from the environment, not from "
                            + file.path() + "; name a variable with --key-env");
                }
            }
        }
    }

    private static String required(ApiKey.Variable variable) {
        return "${" + variable.name() + ":?set it to the key that callers send}";
    }

    /** A text in which Compose finds no variable. */
    private static String literal(String text) {
        return text.replace("$", "$$");
    }

    private Map<String, Object> published() {
        Map<String, Object> published = new LinkedHashMap<>();
        published.put("target", port);
        published.put("published", deployment.address().port());
        String host = deployment.address().host();
        published.put("host_ip", host.equals("localhost") ? "127.0.0.1" : host);
        published.put("protocol", "tcp");
        return published;
    }

    private Map<String, Object> healthCheck() {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put(
                "test",
                List.of(
                        "CMD",
                        "curl",
                        "--fail",
                        "--silent",
                        "--output",
                        "/dev/null",
                        "http://127.0.0.1:" + port + "/health"));
        check.put("interval", "15s");
        check.put("timeout", "5s");
        check.put("retries", 4);
        // A download and a compilation of kernels may come first.
        check.put("start_period", llama() ? "2m" : "30m");
        return check;
    }

    private Map<String, Object> resources() {
        Map<String, Object> resources = new LinkedHashMap<>();
        Map<String, Object> limits = new LinkedHashMap<>();
        if (llama()) {
            limits.put("cpus", Integer.toString(deployment.resources().threads()));
        }
        deployment
                .resources()
                .mebibytes()
                .ifPresentOrElse(
                        mebibytes -> limits.put("memory", mebibytes + "m"),
                        () -> notes.add("no memory limit is set: give one with --memory"));
        if (!limits.isEmpty()) {
            resources.put("limits", limits);
        }
        if (gpu()) {
            Map<String, Object> device = new LinkedHashMap<>();
            device.put("driver", "nvidia");
            device.put("count", llama() ? 1 : deployment.resources().tensorParallel());
            device.put("capabilities", List.of("gpu"));
            resources.put("reservations", Map.of("devices", List.of(device)));
            notes.add("the host needs NVIDIA's driver and container toolkit");
        }
        return resources;
    }

    private List<String> next() {
        List<String> next = new ArrayList<>();
        if (deployment.key() instanceof ApiKey.Variable variable) {
            next.add("export " + variable.name() + "=...");
        }
        next.add("docker compose -f " + FILE + " config --quiet");
        next.add("docker compose -f " + FILE + " up --detach --wait");
        next.add(deployment.question());
        return next;
    }
}
