package io.stoa.gateway.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.gateway.input.GatewayFile.Model;
import io.stoa.gateway.input.GatewayFile.Store;
import io.stoa.gateway.upstream.Target;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GatewayYamlTest {
    private static final Path QUICKSTART = Path.of("..", "examples", "quickstart", "gateway.yaml")
            .toAbsolutePath()
            .normalize();

    @TempDir
    private Path folder;

    private GatewayFile read(String yaml) throws IOException {
        return GatewayYaml.read(Files.writeString(folder.resolve("gateway.yaml"), yaml));
    }

    @Test
    void theQuickstartIsRead() {
        GatewayFile file = GatewayYaml.read(QUICKSTART);
        assertThat(file.routes()).hasSize(1);
        GatewayFile.RouteEntry support = file.routes().getFirst();
        assertThat(support.tiers())
                .extracting(GatewayFile.TierEntry::candidate)
                .containsExactly("micro-Q8_0", "micro-F16");
        assertThat(support.tiers().getFirst().price().promptPerMillion()).isEqualTo(20_000);
        assertThat(support.deadline()).isEqualTo(Duration.ofSeconds(30));
        assertThat(file.home()).isEqualTo(QUICKSTART.resolveSibling(".stoa"));
        assertThat(file.papers(QUICKSTART)).isEqualTo(QUICKSTART.getParent());
        assertThat(file.limits().body().count()).isEqualTo(1 << 20);
    }

    @Test
    void everyKeyIsRead() throws IOException {
        for (String name : new String[] {"stoa.yaml", "hr.yaml", "cert.pem", "key.pem", "cascade.json", "model.gguf"}) {
            Files.writeString(folder.resolve(name), "x");
        }
        GatewayFile file = read("""
            name: front
            listen: "[::1]:8443"
            tls: {certificate: cert.pem, key: key.pem}
            store: postgresql://db.example.org:5433/stoa
            ledger: kept/ledger.db
            trust: [a.pub, b.pub]
            assessment: stoa.yaml
            uses: {hr: hr.yaml}
            currency: EUR
            routes:
              chat:
                tiers:
                  - {name: small, candidate: nano, local: {file: model.gguf, context: 512, slots: 2, threads: 3}}
                  - name: large
                    candidate: big
                    license: Apache-2.0
                    upstream: {url: "https://api.example.org/v1/", model: org/big, context: 8192, key-env: BIG_KEY}
                    price: {prompt: 1.5, completion: 6}
                cascade: cascade.json
                deadline: 1.5m
                answer-tokens: 200
                fallback: spare
                hedge: 800ms
              spare:
                use: hr
                tiers: [{name: only, candidate: nano, local: {context: 2048}}]
            guards: {personal-data: redact, prompt-injection: note, tools: [search]}
            audit: {folder: audit, keep-content: true, retention: 2d}
            telemetry: {otlp: "http://127.0.0.1:4318"}
            limits: {body: 2MB, in-flight: 7}
            """);
        assertThat(file.listen()).isEqualTo(new GatewayFile.Listen("::1", 8443));
        assertThat(file.store()).isEqualTo(new Store.Postgres(URI.create("postgresql://db.example.org:5433/stoa")));
        assertThat(file.trust()).containsExactly(folder.resolve("a.pub"), folder.resolve("b.pub"));
        assertThat(file.uses()).containsEntry("hr", folder.resolve("hr.yaml"));
        GatewayFile.RouteEntry chat = file.routes().getFirst();
        assertThat(chat.deadline()).isEqualTo(Duration.ofSeconds(90));
        assertThat(chat.hedge()).contains(Duration.ofMillis(800));
        Target big = new Target(URI.create("https://api.example.org"), "org/big", Optional.of("BIG_KEY"));
        assertThat(chat.tiers().get(1).model()).isEqualTo(new Model.Upstream(big));
        assertThat(chat.tiers().get(1).price().completionPerMillion()).isEqualTo(6_000_000);
        assertThat(chat.tiers().getFirst().model())
                .isEqualTo(new Model.Local(Optional.of(folder.resolve("model.gguf")), 2, Optional.of(3)));
        assertThat(file.routes().get(1).tiers().getFirst().model())
                .isEqualTo(new Model.Local(Optional.empty(), 1, Optional.empty()));
        assertThat(file.guards().tools()).contains(List.of("search"));
        assertThat(file.guards().personalData()).isEqualTo(GatewayFile.Action.REDACT);
        assertThat(file.guards().promptInjection()).isEqualTo(GatewayFile.Action.NOTE);
        assertThat(file.audit().keepContent()).isTrue();
        Target small = new Target(URI.create("http://127.0.0.1:4000"), "nano", Optional.empty());
        assertThat(chat.route("support", Map.of("small", small, "large", big)).use())
                .isEqualTo("support");
    }

    @Test
    void everyProblemIsToldAtOnceWithItsPlace() {
        assertThatThrownBy(() -> read("""
            listen: 127.0.0.1:99999
            tls: {certificate: no.pem, key: none.pem}
            store: postgresql://me:secret@db/stoa
            currency: ABC
            uses: {hr: missing.yaml}
            routes:
              chat:
                tiers:
                  - {name: a, candidate: nano, local: {file: no.gguf, context: 512}}
                  - {name: a, candidate: big, upstream: {url: "ftp://x", model: m, context: 512}}
                  - {name: c, candidate: big, upstream: {url: "http://h", model: m, context: 512}}
                cascade: c.json
                answer-tokens: 512
                deadline: 1s
                hedge: 2s
                fallback: other
              loop:
                use: hr
                tiers: [{name: c, candidate: big, upstream: {url: "http://u:p@h", model: m, context: 5}}]
                fallback: loop
            telemetry: {otlp: nowhere}
            """))
                .isInstanceOf(StoaException.class)
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines())
                        .allMatch(line -> line.matches(".*gateway\\.yaml:\\d+:\\d+: .*"))
                        .hasSizeGreaterThanOrEqualTo(15))
                .hasMessageContaining("gateway.yaml:1:9: listen: there is no port 99999")
                .hasMessageContaining("tls.certificate: no.pem does not exist")
                .hasMessageContaining("tls.key: none.pem does not exist")
                .hasMessageContaining("PGPASSWORD")
                .hasMessageContaining("ABC is no code of ISO 4217")
                .hasMessageContaining("uses.hr: missing.yaml does not exist")
                .hasMessageContaining("routes.chat needs a use")
                .hasMessageContaining("file: no.gguf does not exist")
                .hasMessageContaining("the name a is taken by another tier above")
                .hasMessageContaining("upstream.url must begin with http:// or https://")
                .hasMessageContaining("chooses between two tiers, and there are 3")
                .hasMessageContaining("leaves no room for a prompt")
                .hasMessageContaining("routes.chat.hedge comes after the deadline")
                .hasMessageContaining("there is no route other")
                .hasMessageContaining("routes.loop.fallback: the fallbacks go round in a circle")
                .hasMessageContaining("telemetry.otlp must begin with");
        assertThatThrownBy(() -> read("""
            listen: here
            rutes: {}
            limits: {body: much, in-flight: 0}
            routes:
              "with space": {tiers: []}
              chat: {tiers: [{name: a, candidate: b}]}
            guards: {personal-data: maybe, prompt-injection: redact}
            """))
                .hasMessageContaining("gateway.yaml:2:1: unknown key rutes")
                .hasMessageContaining("listen must look like 127.0.0.1:8080")
                .hasMessageContaining("limits.body must look like 4MiB")
                .hasMessageContaining("a name in routes must look like support")
                .hasMessageContaining("needs one of the keys local, upstream")
                .hasMessageContaining("guards.personal-data is \"maybe\"")
                .hasMessageContaining("guards.prompt-injection is \"redact\"");
    }

    @Test
    void aCircleOfFallbacksIsRefused() {
        assertThatThrownBy(() -> read("""
            uses: {}
            assessment: gateway.yaml
            routes:
              a: {tiers: [{name: t, candidate: b, local: {context: 2048}}], fallback: b}
              b: {tiers: [{name: t, candidate: b, local: {context: 2048}}], fallback: c}
              c: {tiers: [{name: t, candidate: b, local: {context: 2048}}], fallback: a}
            """)).hasMessageContaining("go round in a circle");
    }

    @Test
    void hostileFilesAreRefused() {
        assertThatThrownBy(() -> read("a: ".repeat(3) + "[".repeat(5000))).isInstanceOf(StoaException.class);
        assertThatThrownBy(() -> read("")).hasMessageContaining("the file is empty");
        assertThatThrownBy(() -> read("x".repeat(2 << 20))).hasMessageContaining("too large");
        assertThatThrownBy(() -> GatewayYaml.read(folder.resolve("none.yaml"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> GatewayYaml.read(folder)).hasMessageContaining("is a folder");
    }

    @Test
    void theSchemaNamesEveryKey() {
        JsonNode schema = JsonMapper.shared().readTree(GatewayYaml.schema());
        assertThat(schema.path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(GatewayYaml.SHAPE.fields().keySet());
        assertThat(schema.path("properties")
                        .path("routes")
                        .path("additionalProperties")
                        .path("properties")
                        .propertyNames())
                .contains("tiers", "cascade", "deadline", "fallback");
    }
}
