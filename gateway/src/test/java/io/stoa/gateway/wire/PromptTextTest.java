package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PromptTextTest {
    @Test
    void theLastUserMessageAndAllText() {
        PromptText text = of(ApiCall.CHAT_COMPLETIONS, """
            {"model":"m","messages":[{"role":"system","content":"be brief"},
             {"content":[{"type":"text","text":"first"},{"type":"image_url","image_url":{"url":"data:x"}}],"role":"user"},
             {"role":"user","content":[{"type":"text","text":"what is"},{"type":"text","text":"this?"}]},
             {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"look","arguments":"{\\"at\\":1}"}}]},
             {"role":"tool","tool_call_id":"c","content":"secret 42"}],
             "tools":[{"type":"function","function":{"name":"look","description":"looks at things"}}],"user":"u"}\
            """);

        assertThat(text.last()).isEqualTo("what is\nthis?");
        assertThat(text.all())
                .contains("be brief", "first", "what is", "this?", "{\"at\":1}", "secret 42", "looks at things")
                .doesNotContain("data:x", "m\n\n");
    }

    @Test
    void otherCalls() {
        assertThat(of(ApiCall.COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"a\",\"b\"]}"))
                .isEqualTo(new PromptText("b", "a\nb\n"));
        assertThat(of(ApiCall.COMPLETIONS, "{\"model\":\"m\",\"prompt\":[1,2]}"))
                .isEqualTo(new PromptText("", ""));
        assertThat(of(ApiCall.RESPONSES, "{\"model\":\"m\",\"input\":\"hi\",\"instructions\":\"x\"}")
                        .all())
                .isEqualTo("hi\nx\n");
        assertThat(of(
                                ApiCall.MESSAGES,
                                "{\"model\":\"m\",\"max_tokens\":1,\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
                                        + "{\"role\":\"assistant\",\"content\":\"a\"}]}")
                        .last())
                .isEqualTo("q");
    }

    private static PromptText of(ApiCall call, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        RequestScan.scan(call, bytes);
        return PromptText.of(call, bytes);
    }
}
