package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Start, change, and end of a gateway. */
class LifecycleTest {
    @Test
    void aTakenAddressIsTheUsersMistake() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target())) {
            assertThatThrownBy(() -> GatewayServer.start(
                            GatewayOptions.at("127.0.0.1", trial.port()),
                            trial.serving(Trial.Plot.of(upstream.target()))))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("cannot be listened on");
        }
    }

    @Test
    void aReloadLeavesRequestsUnderWayWithWhatTheyBeganWith() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (var old = ScriptedUpstream.start((_, talk) -> {
                    go.await(10, TimeUnit.SECONDS);
                    talk.json(200, Trial.ANSWER);
                });
                var young = ScriptedUpstream.answering("{\"said\":\"young\"}");
                var trial = Trial.of(Trial.options(), old.target())) {
            CompletableFuture<HttpResponse<String>> underWay =
                    CompletableFuture.supplyAsync(() -> trial.chat(Trial.CHAT));
            while (old.asked().isEmpty()) {
                Thread.sleep(5);
            }
            trial.server.reload(trial.serving(new Trial.Plot()
                    .with(Trial.route(
                            "n", Duration.ofSeconds(10), Optional.empty(), Trial.tier("t", young.target())))));
            assertThat(trial.chat(Trial.CHAT).statusCode()).isEqualTo(404);
            assertThat(trial.chat(Trial.CHAT.replace("\"r\"", "\"n\"")).body()).contains("young");
            go.countDown();
            assertThat(underWay.get(10, TimeUnit.SECONDS).body()).isEqualTo(Trial.ANSWER);
        }
    }

    @Test
    void drainingLetsStreamsEndWhole() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    talk.beginEvents();
                    talk.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w0\"}}]}");
                    go.await(10, TimeUnit.SECONDS);
                    talk.chunk("data: [DONE]\n\n");
                    talk.endEvents();
                });
                var trial = Trial.of(Trial.options(), upstream.target())) {
            CompletableFuture<HttpResponse<String>> underWay =
                    CompletableFuture.supplyAsync(() -> trial.chat(Trial.STREAMED));
            while (upstream.asked().isEmpty()) {
                Thread.sleep(5);
            }
            CompletableFuture<Void> drained =
                    CompletableFuture.runAsync(() -> trial.server.drain(Duration.ofSeconds(10)));
            Thread.sleep(300);
            assertThat(drained).isNotDone();
            go.countDown();
            assertThat(underWay.get(10, TimeUnit.SECONDS).body()).endsWith("data: [DONE]\n\n");
            drained.get(12, TimeUnit.SECONDS);
            assertThat(trial.server.requests()).isZero();
        }
    }

    @Test
    void overTlsHttp2IsSpokenAndTheCertificateCanBeRenewed(@TempDir Path folder) throws Exception {
        GatewayOptions.Tls tls = new GatewayOptions.Tls(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        KeyStore first = certificate(folder, tls, "first");
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options().withTls(tls), upstream.target())) {
            assertThat(trial.server.address()).startsWith("https://");
            HttpResponse<String> answer = over(trial, first, HttpClient.Version.HTTP_2);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo(Trial.ANSWER);
            assertThat(over(trial, first, HttpClient.Version.HTTP_1_1).version())
                    .isEqualTo(HttpClient.Version.HTTP_1_1);

            KeyStore second = certificate(folder, tls, "second");
            trial.server.reloadCertificate();
            assertThat(over(trial, second, HttpClient.Version.HTTP_2).statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> over(trial, first, HttpClient.Version.HTTP_2))
                    .isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void http2WithoutTlsIsSpokenWhereItIsWanted() throws Exception {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options().withClearTextHttp2(true), upstream.target());
                HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .build()) {
            HttpResponse<String> answer = http.send(
                    trial.request("/v1/chat/completions", Trial.CHAT).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo(Trial.ANSWER);
        }
    }

    private static HttpResponse<String> over(Trial trial, KeyStore trusted, HttpClient.Version version)
            throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(context).version(version).build()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(
                                    trial.server.address().replace("127.0.0.1", "localhost") + "/v1/chat/completions"))
                            .header("Authorization", "Bearer " + Trial.KEY)
                            .POST(HttpRequest.BodyPublishers.ofString(Trial.CHAT))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** Makes a certificate for localhost, and gives what trusts it. */
    private static KeyStore certificate(Path folder, GatewayOptions.Tls tls, String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made = new ProcessBuilder(List.of(
                        tool,
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "secret",
                        "-keystore",
                        store.toString()))
                .redirectErrorStream(true)
                .start();
        assertThat(made.waitFor())
                .as(new String(made.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "secret".toCharArray());
        }
        write(tls.certificate(), "CERTIFICATE", keys.getCertificate("a").getEncoded());
        write(tls.key(), "PRIVATE KEY", keys.getKey("a", "secret".toCharArray()).getEncoded());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", keys.getCertificate("a"));
        return trusted;
    }

    private static void write(Path file, String what, byte[] bytes) throws Exception {
        Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what
                        + "-----\n");
    }
}
