package io.stoa.hardware.deploy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Manifests of KServe.
 *
 * <p>Both name the model as {@code hf://owner/name:revision}, which KServe's storage initializer downloads. The cluster's
 * gateway decides who may call: neither runtime asks for a key of its own.
 */
final class KubernetesManifest {
    /** Room for what KServe appends to a name: a host's label has 63 characters. */
    private static final int LONGEST_NAME = 40;

    private KubernetesManifest() {}

    /** {@code InferenceService} on KServe's Hugging Face runtime with vLLM behind it. */
    static Artifact inferenceService(Deployment deployment) {
        ServedModel.Hub model = checked(deployment, "KServe");
        List<String> arguments = new ArrayList<>();
        arguments.add("--model_name=" + deployment.name());
        arguments.add("--backend=vllm");
        arguments.addAll(VllmArguments.of(deployment, "KServe"));
        Map<String, Object> served = new LinkedHashMap<>();
        served.put("modelFormat", Map.of("name", "huggingface"));
        served.put("storageUri", uri(model));
        served.put("args", arguments);
        served.put("resources", resources(deployment));
        Map<String, Object> predictor = new LinkedHashMap<>();
        predictor.put("minReplicas", 1);
        predictor.put("maxReplicas", 1);
        predictor.put("model", served);
        return artifact(
                deployment,
                "serving.kserve.io/v1beta1",
                "InferenceService",
                Map.of("predictor", predictor),
                "inferenceservice",
                "/openai/v1");
    }

    /** {@code LLMInferenceService}: llm-d's pods, pool, scheduler and route in one resource. */
    static Artifact llmInferenceService(Deployment deployment) {
        ServedModel.Hub model = checked(deployment, "llm-d");
        Map<String, Object> named = new LinkedHashMap<>();
        named.put("uri", uri(model));
        named.put("name", deployment.name());
        Map<String, Object> container = new LinkedHashMap<>();
        container.put("name", "main");
        container.put(
                "env",
                List.of(environment("VLLM_ADDITIONAL_ARGS", String.join(" ", VllmArguments.of(deployment, "llm-d")))));
        container.put("resources", resources(deployment));
        Map<String, Object> router = new LinkedHashMap<>();
        router.put("gateway", Map.of());
        router.put("route", Map.of());
        router.put("scheduler", Map.of());
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("model", named);
        spec.put("replicas", 1);
        spec.put("router", router);
        spec.put("template", Map.of("containers", List.of(container)));
        return artifact(
                deployment, "serving.kserve.io/v1alpha2", "LLMInferenceService", spec, "llminferenceservice", "/v1");
    }

    private static ServedModel.Hub checked(Deployment deployment, String target) {
        ServedModel.Hub model = Requires.hub(deployment, target);
        Requires.noKey(
                deployment, target, "let the cluster's gateway ask for it, and leave --key-env and --key-file out");
        // The name passes through a shell in the runtimes' containers.
        if (!deployment.name().matches("[A-Za-z0-9][A-Za-z0-9._/-]*")) {
            throw new IllegalArgumentException(
                    target + " takes letters, digits, '.', '_', '-' and '/' in a served name: " + deployment.name()
                            + "; choose another with --name");
        }
        return model;
    }

    private static String uri(ServedModel.Hub model) {
        return "hf://" + model.id() + ":" + model.revision();
    }

    private static Map<String, Object> environment(String name, String value) {
        Map<String, Object> variable = new LinkedHashMap<>();
        variable.put("name", name);
        variable.put("value", value);
        return variable;
    }

    /** Requests equal limits, so that the pod is never evicted for memory before others (QoS class Guaranteed). */
    private static Map<String, Object> resources(Deployment deployment) {
        Map<String, Object> amounts = new LinkedHashMap<>();
        amounts.put("cpu", Integer.toString(deployment.resources().threads()));
        deployment.resources().mebibytes().ifPresent(mebibytes -> amounts.put("memory", mebibytes + "Mi"));
        amounts.put("nvidia.com/gpu", Integer.toString(deployment.resources().tensorParallel()));
        Map<String, Object> resources = new LinkedHashMap<>();
        resources.put("requests", amounts);
        resources.put("limits", amounts);
        return resources;
    }

    private static Artifact artifact(
            Deployment deployment,
            String version,
            String kind,
            Map<String, Object> spec,
            String resource,
            String path) {
        String name = Names.label(deployment.name(), LONGEST_NAME);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        metadata.put("labels", Map.of("app.kubernetes.io/managed-by", "stoa"));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", version);
        document.put("kind", kind);
        document.put("metadata", metadata);
        document.put("spec", spec);
        String file = name + ".yaml";
        List<String> notes = new ArrayList<>();
        notes.add("where others may call is the cluster's matter: the host and port given here are not used");
        notes.add("callers find the OpenAI protocol below " + path);
        if (deployment.resources().memory().isEmpty()) {
            notes.add("no memory is asked for: give it with --memory, about the size of the weights and 8 GiB");
        }
        return new Artifact(
                file,
                YamlText.write(
                        "Written by stoa deploy. Serves " + deployment.model().identity() + ".", document),
                List.of(
                        "kubectl apply --dry-run=server --validate=strict -f " + file,
                        "kubectl apply -f " + file,
                        "kubectl wait --for=condition=Ready --timeout=30m " + resource + "/" + name,
                        "kubectl get " + resource + "/" + name + " -o jsonpath='{.status.url}'"),
                notes);
    }
}
