package io.stoa.hardware.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compose files and manifests against the schemas of those who read them. */
final class ManifestSchemaTest {
    private static final Schema COMPOSE = Schemas.compose();
    private static final Schema KSERVE = Schemas.kserve("kserve-inferenceservice-v1beta1.json");
    private static final Schema LLM_D = Schemas.kserve("kserve-llminferenceservice-v1alpha2.json");

    private static ServedModel modelOf(Target.Compose.Server server) {
        return switch (server) {
            case VLLM, SGLANG -> Sample.HUB;
            case LLAMA_SERVER, LLAMA_SERVER_CUDA -> Sample.GGUF;
        };
    }

    @ParameterizedTest
    @EnumSource(Target.Compose.Server.class)
    void composeFilesAreValid(Target.Compose.Server server) {
        Target target = Sample.compose(server);
        for (Deployment deployment : List.of(
                Sample.of(modelOf(server)),
                Sample.with(modelOf(server), new ApiKey.Variable("MY_KEY")),
                Sample.of(modelOf(server), "a $name \"with\" 'quotes' #: {}[] %"))) {
            String text = target.artifact(deployment).text();
            assertThat(Schemas.problems(COMPOSE, text)).as(text).isEmpty();
        }
    }

    @Test
    void aKeyInAFileBecomesASecret() {
        Artifact artifact = Sample.compose(Target.Compose.Server.LLAMA_SERVER)
                .artifact(Sample.with(Sample.GGUF, new ApiKey.File("/etc/keys/api key")));
        assertThat(Schemas.problems(COMPOSE, artifact.text())).isEmpty();
        assertThat(artifact.text()).contains("\"/etc/keys/api key\"").contains("\"/run/secrets/api-key\"");
    }

    @Test
    void composeSaysWhatWasAsked() {
        String vllm = Sample.compose(Target.Compose.Server.VLLM)
                .artifact(Sample.of(Sample.HUB))
                .text();
        assertThat(vllm)
                .contains("\"vllm/vllm-openai:v0.27.1\"")
                .contains("\"acme/small-instruct\"")
                .contains("\"--revision=" + Sample.REVISION + "\"")
                .contains("\"--served-model-name=small\"")
                .contains("\"--max-model-len=4096\"")
                .contains("\"--max-num-seqs=8\"")
                .contains("\"--kv-cache-dtype=auto\"")
                .contains("\"--tensor-parallel-size=2\"")
                .contains("\"--gpu-memory-utilization=0.85\"")
                .contains("host_ip: \"127.0.0.1\"")
                .contains("count: 2")
                .contains("memory: \"24576m\"");
        String sglang = Sample.compose(Target.Compose.Server.SGLANG)
                .artifact(Sample.of(Sample.HUB))
                .text();
        assertThat(sglang)
                .contains("\"--context-length=4096\"")
                .contains("\"--max-running-requests=8\"")
                .contains("\"--tp-size=2\"")
                .contains("\"--mem-fraction-static=0.85\"");
        String llama = Sample.compose(Target.Compose.Server.LLAMA_SERVER)
                .artifact(Sample.with(Sample.GGUF, CacheType.Q8_0))
                .text();
        assertThat(commandOf(llama))
                .containsSubsequence("--ctx-size", "32768", "--parallel", "8")
                .containsSubsequence("--cache-type-k", "q8_0", "--cache-type-v", "q8_0");
        assertThat(llama).contains("read_only: true");
    }

    @Test
    void noComposeFileHoldsAVariableThatANameSmuggledIn() {
        String text = Sample.compose(Target.Compose.Server.VLLM)
                .artifact(Sample.of(Sample.HUB, "${HOME} $PATH $$"))
                .text();
        assertThat(commandOf(text)).contains("--served-model-name=$${HOME} $$PATH $$$$");
    }

    /** A reader of YAML 1.1 would take a service called no for one called false. */
    @Test
    void namesThatLookLikeTruthValuesAreQuoted() {
        for (String name : List.of("no", "ON", "7")) {
            assertThat(Sample.compose(Target.Compose.Server.VLLM)
                            .artifact(Sample.of(Sample.HUB, name))
                            .text())
                    .contains("  \"" + name.toLowerCase(Locale.ROOT) + "\":\n");
        }
    }

    private static List<String> commandOf(String compose) {
        Map<?, ?> document = (Map<?, ?>) YamlText.read(compose);
        Map<?, ?> services = (Map<?, ?>) requireNonNull(document.get("services"));
        Map<?, ?> service = (Map<?, ?>) services.values().iterator().next();
        return ((List<?>) requireNonNull(service.get("command")))
                .stream().map(String::valueOf).toList();
    }

    @Test
    void manifestsAreValid() {
        for (ServedModel.Hub hub : List.of(Sample.HUB, new ServedModel.Hub("a1/B_c.D-e", Sample.REVISION))) {
            for (Deployment deployment :
                    List.of(Sample.of(hub), Sample.of(hub, "Org/Model_7.B"), Sample.of(hub, "7b"))) {
                String kserve = new Target.Kserve().artifact(deployment).text();
                assertThat(Schemas.problems(KSERVE, kserve)).as(kserve).isEmpty();
                String llmD = new Target.LlmD().artifact(deployment).text();
                assertThat(Schemas.problems(LLM_D, llmD)).as(llmD).isEmpty();
            }
        }
    }

    @Test
    void manifestsSayWhatWasAsked() {
        String kserve = new Target.Kserve().artifact(Sample.of(Sample.HUB)).text();
        assertThat(kserve)
                .contains("storageUri: \"hf://acme/small-instruct:" + Sample.REVISION + "\"")
                .contains("\"--max-model-len=4096\"")
                .contains("nvidia.com/gpu: \"2\"")
                .contains("memory: \"24576Mi\"");
        assertThat(new Target.LlmD().artifact(Sample.of(Sample.HUB)).text())
                .contains("uri: \"hf://acme/small-instruct:" + Sample.REVISION + "\"")
                .contains("value: \"--max-model-len=4096 --max-num-seqs=8 --kv-cache-dtype=auto"
                        + " --tensor-parallel-size=2 --gpu-memory-utilization=0.85\"")
                .contains("scheduler: {}");
    }

    @Test
    void theSchemasRefuseWhatIsWrong() {
        String compose = Sample.compose(Target.Compose.Server.VLLM)
                .artifact(Sample.of(Sample.HUB))
                .text();
        assertThat(Schemas.problems(COMPOSE, compose.replace("healthcheck:", "health_check:")))
                .isNotEmpty();
        assertThat(Schemas.problems(COMPOSE, compose.replace("retries: 4", "retries: \"often\"")))
                .isNotEmpty();
        String kserve = new Target.Kserve().artifact(Sample.of(Sample.HUB)).text();
        assertThat(Schemas.problems(KSERVE, kserve.replace("storageUri", "storageURI")))
                .isNotEmpty();
        assertThat(Schemas.problems(KSERVE, kserve.replace("24576Mi", "24 GB"))).isNotEmpty();
        assertThat(Schemas.problems(KSERVE, kserve.replace("name: \"small\"", "name: \"Small\"")))
                .isNotEmpty();
        String llmD = new Target.LlmD().artifact(Sample.of(Sample.HUB)).text();
        assertThat(Schemas.problems(LLM_D, llmD.replace("containers:", "container:")))
                .isNotEmpty();
        assertThat(Schemas.problems(LLM_D, llmD.replace("scheduler:", "schedular:")))
                .isNotEmpty();
        assertThat(Schemas.problems(LLM_D, llmD.replace("limits:", "limit:"))).isNotEmpty();
    }
}
