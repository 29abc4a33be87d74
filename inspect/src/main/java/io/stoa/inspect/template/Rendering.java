package io.stoa.inspect.template;

import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.engine.chat.jinja.Template;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A template that is run again and again, with what it compared contents with. */
final class Rendering {
    static final Instant USUAL = Instant.parse("2026-03-18T10:20:30Z");
    private static final int MOST_COMPARED = 2_000;
    private static final int LONGEST_COMPARED = 300;
    private static final int MOST_HEARD = 2_000;
    private static final int MOST_PAIRS = 50_000;

    private static final Pattern DIGIT = Pattern.compile("[0-9]");

    /** Words that stand around the texts that are tried, forwards and backwards. */
    private static final Pattern FILLER = Pattern.compile(
            Words.word(500) + "|" + Words.word(501) + "|" + new StringBuilder(Words.word(500)).reverse() + "|"
                    + new StringBuilder(Words.word(501)).reverse(),
            Pattern.CASE_INSENSITIVE);

    private final Template template;
    private final Set<String> compared = new LinkedHashSet<>();
    private final Set<String> heard = new HashSet<>();
    private Optional<JinjaException> refusal = Optional.empty();
    private int runs;

    Rendering(Template template) {
        this.template = template;
    }

    /** The prompt; empty where the template refuses or fails, which {@link #refusal} tells. */
    Optional<String> of(Conversation conversation) {
        return of(conversation, USUAL);
    }

    Optional<String> of(Conversation conversation, Instant now) {
        runs++;
        try {
            return Optional.of(template.render(
                    conversation.variables(),
                    Clock.fixed(now, ZoneOffset.UTC),
                    (left, right) -> heard(conversation, left, right)));
        } catch (JinjaException e) {
            refusal = Optional.of(e);
            return Optional.empty();
        }
    }

    /** Keeps what a content is held against. */
    private void heard(Conversation conversation, String left, String right) {
        if (compared.size() >= MOST_COMPARED || left.length() + right.length() > MOST_HEARD) {
            return;
        }
        boolean known =
                heard.size() >= MOST_PAIRS ? heard.contains(left + '\0' + right) : !heard.add(left + '\0' + right);
        if (known) {
            return;
        }
        boolean time = DIGIT.matcher(left).find() && DIGIT.matcher(right).find();
        if (time || isContent(conversation, left)) {
            keep(conversation, right);
        }
        if (time || isContent(conversation, right)) {
            keep(conversation, left);
        }
    }

    private void keep(Conversation conversation, String text) {
        boolean own = FILLER.matcher(text).find()
                || conversation.turns().stream().anyMatch(turn -> turn.content().equals(text));
        if (!own && !text.isBlank() && text.length() <= LONGEST_COMPARED) {
            compared.add(text);
        }
    }

    /** Whether a text is a content or a part of one, in whatever case and order of letters. */
    private static boolean isContent(Conversation conversation, String text) {
        if (text.isEmpty() || text.length() > 4_096) {
            return false;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        String reversed = new StringBuilder(lower).reverse().toString();
        for (Conversation.Turn turn : conversation.turns()) {
            String content = turn.content().toLowerCase(Locale.ROOT);
            boolean part = content.length() <= 4_096
                    && !content.isEmpty()
                    && (content.contains(lower) || lower.contains(content) || content.contains(reversed));
            if (part) {
                return true;
            }
        }
        return false;
    }

    Set<String> compared() {
        return compared;
    }

    /** Why the last one failed that did. */
    Optional<JinjaException> refusal() {
        return refusal;
    }

    int runs() {
        return runs;
    }
}
