package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AnswerTextTest {
    private final List<String> streamed = new ArrayList<>();

    private AnswerText stoppingAt(String... stops) {
        return new AnswerText(List.of(stops), streamed::add);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void holdsBackWhatMayBecomeAStopString() {
        AnswerText answer = stoppingAt("</end>");
        assertThat(answer.add(bytes("one</e"))).isFalse();
        assertThat(streamed).containsExactly("one");
        assertThat(answer.add(bytes("arth></en"))).isFalse();
        assertThat(streamed).containsExactly("one", "</earth>");
        assertThat(answer.add(bytes("d>more"))).isTrue();
        assertThat(streamed).containsExactly("one", "</earth>");
        assertThat(answer.text()).isEqualTo("one</earth>");
    }

    @Test
    void takesTheEarliestOfSeveralStopStrings() {
        AnswerText answer = stoppingAt("cd", "b", "bc");
        assertThat(answer.add(bytes("abcd"))).isTrue();
        assertThat(answer.text()).isEqualTo("a");
    }

    @Test
    void releasesWhatWasHeldBackAtTheEnd() {
        AnswerText answer = stoppingAt("\n\n");
        answer.add(bytes("line\n"));
        assertThat(streamed).containsExactly("line");
        answer.end();
        assertThat(streamed).containsExactly("line", "\n");
    }

    @Test
    void streamsWholeCharactersOnly() {
        AnswerText answer = stoppingAt();
        for (byte b : bytes("ä€🦊")) {
            answer.add(new byte[] {b});
        }
        answer.end();
        assertThat(streamed).containsExactly("ä", "€", "🦊");
    }

    @Test
    void replacesMalformedBytes() {
        AnswerText answer = stoppingAt();
        answer.add(new byte[] {'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82});
        assertThat(streamed).containsExactly("a\ufffdb");
        answer.end();
        assertThat(answer.text()).isEqualTo("a\ufffdb\ufffd");
    }

    /** However bytes are cut into tokens, the answer ends before the first stop string and is streamed exactly. */
    @Test
    void doesNotDependOnHowBytesAreCut() {
        long seed = System.nanoTime();
        System.out.println("AnswerTextTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 5_000; round++) {
            String text = random(random, 12);
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                stops.add(random(random, 4));
            }
            int end = stops.stream()
                    .mapToInt(text::indexOf)
                    .filter(index -> index >= 0)
                    .min()
                    .orElse(text.length());
            streamed.clear();
            AnswerText answer = stoppingAt(stops.toArray(String[]::new));
            byte[] bytes = bytes(text);
            boolean stopped = false;
            for (int at = 0; at < bytes.length && !stopped; ) {
                int next = at + 1 + random.nextInt(Math.min(4, bytes.length - at));
                stopped = answer.add(Arrays.copyOfRange(bytes, at, next));
                at = next;
            }
            if (!stopped) {
                answer.end();
            }
            // Cut inside, the earliest complete stop string wins, which may begin before or after the earliest in all.
            String context = "%s stopping at %s, seed %d".formatted(text, stops, seed);
            assertThat(String.join("", streamed)).as(context).isEqualTo(answer.text());
            assertThat(text).as(context).startsWith(answer.text());
            assertThat(stopped).as(context).isEqualTo(stops.stream().anyMatch(text::contains));
            assertThat(stops).as(context).noneMatch(answer.text()::contains);
            assertThat(answer.text().length()).as(context).isGreaterThanOrEqualTo(end);
        }
    }

    private static String random(SplittableRandom random, int longest) {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(longest); i > 0; i--) {
            text.append(List.of("a", "b", "ä", "🦊").get(random.nextInt(4)));
        }
        return text.toString();
    }
}
