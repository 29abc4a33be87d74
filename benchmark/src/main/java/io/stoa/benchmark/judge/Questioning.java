package io.stoa.benchmark.judge;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.model.StoaException;
import java.util.Optional;

/** Asks an engine for verdicts, greedily. */
final class Questioning {
    private final Engine engine;
    private final VerdictRule rule;
    private final GenerateOptions options;
    private boolean answered;
    private Optional<StoaException> refusal = Optional.empty();

    Questioning(Engine engine, VerdictRule rule, int maxTokens) {
        this.engine = engine;
        this.rule = rule;
        this.options = GenerateOptions.greedy(maxTokens);
    }

    /** What came of a question. */
    sealed interface Reply {
        /** A verdict in small letters, which may lie off the scale. */
        record Word(String word, String text) implements Reply {}

        record None(Unreadable why, String text) implements Reply {}
    }

    Reply ask(String prompt) {
        Generation answer;
        try {
            answer = engine.generate(Prompt.user(prompt), options);
        } catch (StoaException e) {
            if (e.kind() != StoaException.Kind.USER) {
                throw e;
            }
            refusal = refusal.or(() -> Optional.of(e));
            return new Reply.None(Unreadable.REFUSED, e.sentence());
        }
        answered = true;
        if (answer.finish() != Generation.Finish.STOP) {
            return new Reply.None(Unreadable.CUT_OFF, answer.text());
        }
        Optional<String> word = rule.word(answer.text());
        return word.isPresent()
                ? new Reply.Word(word.get(), answer.text())
                : new Reply.None(Unreadable.NO_VERDICT, answer.text());
    }

    /** An engine that takes no prompt at all, for want of a key or a template, is no judge that could not be read. */
    void requireAnswered() {
        if (!answered && refusal.isPresent()) {
            throw refusal.get();
        }
    }
}
