package io.stoa.gateway.policy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Redaction;
import io.stoa.gateway.policy.guard.PiiGuard.Action;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class PiiGuardTest {
    private static final Caller CALLER = new Caller("one", Optional.empty());
    private static final RequestFacts FACTS = new RequestFacts(
            ApiCall.CHAT_COMPLETIONS, "chat", 0, 0, false, false, OptionalInt.empty(), 1, 1, List.of(), 100);
    private static final Map<PiiKind, Action> REDACT_ALL =
            Arrays.stream(PiiKind.values()).collect(Collectors.toMap(kind -> kind, _ -> Action.REDACT));

    private static byte[] body(String text) {
        return JsonMapper.shared()
                .writeValueAsBytes(
                        Map.of("model", "chat", "messages", List.of(Map.of("role", "user", "content", text))));
    }

    private static String redacted(String text) {
        byte[] body = body(text);
        byte[] after = new PiiGuard(REDACT_ALL, GuardListener.NONE)
                .redaction(body)
                .map(redaction -> redaction.applyTo(body))
                .orElse(body);
        return JsonMapper.shared().readTree(after).at("/messages/0/content").stringValue();
    }

    /** Numbers are those that authorities and networks publish as examples, or were computed by their rule. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        write to anna.o'neil+x@mail.example.co.uk. Thanks          | write to [EMAIL]. Thanks
        <a@b.de>,c@d.org                                           | <[EMAIL]>,[EMAIL]
        ring +49 30 901820 or +1-202-555-0143, ok                  | ring [PHONE] or [PHONE], ok
        (202) 555-0143 / 202-555-0143 / 1-800-555-0199             | [PHONE] / [PHONE] / [PHONE]
        +49 (0)30 123456                                           | [PHONE]
        0049 30 901820 please                                      | [PHONE] please
        IBAN DE89 3704 0044 0532 0130 00, thanks                   | IBAN [IBAN], thanks
        GB29NWBK60161331926819                                     | [IBAN]
        FR1420041010050500013M02606 too                            | [IBAN] too
        card 4111 1111 1111 1111 exp 12/26                         | card [CARD] exp 12/26
        5555555555554444 and 3782-822463-10005                     | [CARD] and [CARD]
        2 4111111111111111                                         | 2 [CARD]
        SSN 123-45-6789                                            | SSN [NATIONAL_ID]
        DNI 12345678Z, NIE X1234567L                               | DNI [NATIONAL_ID], NIE [NATIONAL_ID]
        CF RSSMRA85T10A562S                                        | CF [NATIONAL_ID]
        IdNr 86095742719 or 86 095 742 719                         | IdNr [NATIONAL_ID] or [NATIONAL_ID]
        PESEL 44051401359                                          | PESEL [NATIONAL_ID]
        CPF 529.982.247-25                                         | CPF [NATIONAL_ID]
        AHV 756.9217.0769.85                                       | AHV [NATIONAL_ID]
        NIR 1 85 05 78 006 084 91                                  | NIR [NATIONAL_ID]
        ID 11010519491231002X                                      | ID [NATIONAL_ID]
        host 192.0.2.17 and 2001:db8::8a2e:370:7334!               | host [IP_ADDRESS] and [IP_ADDRESS]!
        key sk-proj-abc123def456ghi789jkl012 end                   | key [SECRET] end
        AKIAIOSFODNN7EXAMPLE ghp_0123456789abcdefABCDEF0123456789abcd | [SECRET] [SECRET]
        eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl1 x       | [SECRET] x
        """)
    void whatHasAShapeIsFound(String text, String expected) {
        assertThat(redacted(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        the meeting is on 2026-11-26 at 12:34:56
        version 1.2.3.4.5 of 10.0
        4111 1111 1111 1112 is no card
        1234567890123456
        0000 0000 0000 0000
        DE89 3704 0044 0532 0130 01
        12345678A and RSSMRA85T10A562T
        666-45-6789 and 123-00-6789
        pi is 3.14159265358979323846264338327950288
        std::vector a::b 127.0.0.1 ::1 and 0.0.0.0
        price 1,299.00 and 10 000 000 people in 1999 2000 2001 2002
        @home me@localhost a@b
        sk-as-long-a-word-with-many-dashes-in-it
        isbn 978-3-16-148410-0
        """)
    void whatIsNoneIsLeft(String text) {
        assertThat(redacted(text)).isEqualTo(text);
    }

    @Test
    void escapesHideNothingAndSplicesKeepTheJson() {
        String json = "{\"messages\":[{\"role\":\"user\",\"content\":\"tab\\tü\\u0061n\\u006ea\\u0040b.de\\n4111\\u0020"
                + "1111 1111 1111\\ud83d\\ude00\"}],\"model\":\"chat\",\"user\":\"x@y.de\"}";
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        Redaction redaction =
                new PiiGuard(REDACT_ALL, GuardListener.NONE).redaction(body).orElseThrow();
        String after = new String(redaction.applyTo(body), StandardCharsets.UTF_8);
        assertThat(JsonMapper.shared().readTree(after).at("/messages/0/content").stringValue())
                .isEqualTo("tab\tü[EMAIL]\n[CARD]😀");
        assertThat(new String(redaction.applyTo(body), StandardCharsets.UTF_8))
                .contains("\"model\":\"chat\",\"user\":\"x@y.de\"");
    }

    /** A document's text and what /tokenize counts are read by models, or looked at, as well; an image's bytes are not. */
    @Test
    void documentsAndTokenizeAreReadToo() {
        String image = "A1".repeat(40);
        String json =
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"text\","
                        + "\"media_type\":\"text/plain\",\"data\":\"From a@b.de to c@d.de, with more than sixty-four characters of text\"}},"
                        + "{\"type\":\"image\",\"source\":{\"data\":\"" + image
                        + "4111111111111111\",\"type\":\"base64\"}}]}]}";
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        PiiGuard guard = new PiiGuard(REDACT_ALL, GuardListener.NONE);
        assertThat(new String(guard.redaction(body).orElseThrow().applyTo(body), StandardCharsets.UTF_8))
                .contains("From [EMAIL] to [EMAIL], with", image + "4111111111111111");
        byte[] tokenize = "{\"model\":\"r\",\"content\":\"a@b.de\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(guard.redaction(tokenize).orElseThrow().applyTo(tokenize), StandardCharsets.UTF_8))
                .isEqualTo("{\"model\":\"r\",\"content\":\"[EMAIL]\"}");
    }

    @Test
    void ofSeveralGuardsTheFirstRefusalAndTheFirstRedactionCount() {
        PiiGuard emails = new PiiGuard(Map.of(PiiKind.EMAIL, Action.REDACT), GuardListener.NONE);
        AllGuards guards = new AllGuards(List.of(new SizeGuard(1_000, 1_000), emails));
        byte[] body = body("a@b.de");
        assertThat(guards.redaction(body)).isEqualTo(emails.redaction(body)).isPresent();
        assertThat(guards.refusal(CALLER, FACTS, body)).isEmpty();
        AllGuards small = new AllGuards(List.of(emails, new SizeGuard(3, 1_000)));
        assertThat(small.refusal(CALLER, FACTS, body)).isPresent();
        assertThat(new AllGuards(List.of()).redaction(body)).isEmpty();
    }

    @Test
    void aPrivateKeyGoesWhole() {
        assertThat(redacted("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----\nb"))
                .isEqualTo("a\n[SECRET]\nb");
    }

    @Test
    void attachmentsAndOtherMembersAreLeft() {
        String json = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                + "{\"url\":\"data:image/png;base64,a@b.de\"}},{\"type\":\"text\",\"text\":\"c@d.de\"}]}],"
                + "\"tools\":[\"e@f.de\"],\"prompt\":[\"g@h.de\"],\"instructions\":\"i@j.de\"}";
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] after = new PiiGuard(REDACT_ALL, GuardListener.NONE)
                .redaction(body)
                .orElseThrow()
                .applyTo(body);
        assertThat(new String(after, StandardCharsets.UTF_8))
                .isEqualTo(json.replace("c@d.de", "[EMAIL]")
                        .replace("g@h.de", "[EMAIL]")
                        .replace("i@j.de", "[EMAIL]"));
    }

    @Test
    void eachKindHasItsAction() {
        List<String> heard = new ArrayList<>();
        PiiGuard guard = new PiiGuard(
                Map.of(PiiKind.CARD, Action.REFUSE, PiiKind.EMAIL, Action.NOTE),
                (_, what, count) -> heard.add(what + " " + count));
        assertThat(guard.refusal(CALLER, FACTS, body("a@b.de, c@d.de, 192.0.2.1")))
                .isEmpty();
        assertThat(heard).containsExactly("email 2");
        ApiError refusal =
                guard.refusal(CALLER, FACTS, body("4111111111111111")).orElseThrow();
        assertThat(refusal.message()).contains("a payment card number").doesNotContain("4111");
        assertThat(guard.redaction(body("a@b.de"))).isEmpty();
        assertThat(new SizeGuard(10, 1_000)
                        .refusal(CALLER, FACTS, body("x"))
                        .orElseThrow()
                        .status())
                .isEqualTo(413);
        assertThat(new SizeGuard(1_000, 99)
                        .refusal(CALLER, FACTS, body("x"))
                        .orElseThrow()
                        .message())
                .contains("the prompt has 100 bytes, and may have 99");
    }

    /** Bytes of all sorts, whole JSON and torn: nothing throws, and what is spliced stays JSON if it was. */
    @Test
    void anythingMayComeIn() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] pieces = {
            "{\"messages\":[",
            "{\"role\":\"user\",\"content\":\"",
            "\"}",
            "]}",
            "\\u",
            "\\ud83d",
            "a@b.de",
            "4111 1111 1111 1111",
            "+49 30 ",
            "1.2.3.4",
            "::",
            "DE89",
            "-----BEGIN ",
            "eyJ",
            "\"",
            "\\",
            "[",
            "{",
            ",",
            "é",
            "\u0000",
            "-",
            "12 34 56"
        };
        PiiGuard guard = new PiiGuard(REDACT_ALL, GuardListener.NONE);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(12); j >= 0; j--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] whole = text.toString().getBytes(StandardCharsets.UTF_8);
            byte[] body = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            Optional<Redaction> redaction = guard.redaction(body);
            byte[] after = redaction.map(found -> found.applyTo(body)).orElse(body);
            InjectionGuard.signals(after);
            String content = text.toString();
            assertThat(redacted(content))
                    .as("seed %d: no address stays in %s", seed, content)
                    .doesNotContain(" a@b.de ");
        }
    }

    @Test
    void timeIsLinearWhateverTheBytes() {
        for (String piece : List.of(
                "@a.", "1 ", "1-", "+1", "a:", "1:", "::", "DE89 ", "-", "eyJ.", "(222) 222-", "AKIA", "\\", "x ")) {
            double small = nanosPerByte(piece, 20_000);
            double large = nanosPerByte(piece, 400_000);
            System.out.printf("%-12s %5.1f and %5.1f ns a byte%n", piece, small, large);
            assertThat(large).as(piece).isLessThan(Math.max(small * 8, 2_000));
        }
    }

    private static double nanosPerByte(String piece, int length) {
        byte[] body = body(piece.repeat(length / piece.length()));
        PiiGuard guard = new PiiGuard(REDACT_ALL, GuardListener.NONE);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            long begun = System.nanoTime();
            Optional<ApiError> _ = guard.refusal(CALLER, FACTS, body);
            InjectionGuard.signals(body);
            best = Math.min(best, System.nanoTime() - begun);
        }
        return (double) best / body.length;
    }
}
