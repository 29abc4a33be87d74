package io.stoa.gateway;

import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.BodyEdit;
import io.stoa.gateway.wire.RefusedRequest;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.RequestScan;
import io.stoa.gateway.wire.TokenCount;
import io.stoa.gateway.wire.Translation;
import java.util.Optional;

/**
 * How one request is told to upstreams, and their answers told to its caller: as they are, or translated where its caller
 * speaks another protocol.
 */
final class Wording {
    private final RequestFacts caller;
    private final RequestFacts facts;
    private final byte[] body;
    private final Optional<Translation> translation;

    private Wording(RequestFacts caller, RequestFacts facts, byte[] body, Optional<Translation> translation) {
        this.caller = caller;
        this.facts = facts;
        this.body = body;
        this.translation = translation;
    }

    /**
     * The wording of a request.
     *
     * @throws RefusedRequest when it cannot be told to upstreams
     */
    static Wording of(RequestFacts facts, byte[] body) {
        if (Translation.isFor(facts.call())) {
            Translation translation = Translation.of(facts.call(), body);
            return retold(facts, ApiCall.CHAT_COMPLETIONS, translation.chat(), Optional.of(translation));
        }
        return facts.call() == ApiCall.COUNT_TOKENS
                ? retold(facts, ApiCall.TOKENIZE, TokenCount.tokenize(body), Optional.empty())
                : new Wording(facts, facts, body, Optional.empty());
    }

    private static Wording retold(RequestFacts caller, ApiCall call, byte[] retold, Optional<Translation> translation) {
        return new Wording(caller, RequestScan.scan(call, retold), retold, translation);
    }

    /** Which call upstreams get. */
    ApiCall call() {
        return facts.call();
    }

    /** What an upstream is asked. */
    byte[] asked(String model, int answerTokens) {
        BodyEdit edit = BodyEdit.of(facts, body).model(model).includeUsage();
        if (Bill.answers(facts.call())) {
            edit.maxTokensIfAbsent(answerTokens);
        }
        return edit.bytes();
    }

    /** What an upstream is asked whose answer is judged before it is sent on: in one piece, with so many alternatives. */
    byte[] askedToJudge(String model, int answerTokens, int alternatives) {
        return BodyEdit.of(facts, body)
                .model(model)
                .maxTokensIfAbsent(answerTokens)
                .logprobs(alternatives)
                .wholeAnswer()
                .bytes();
    }

    /**
     * A whole answer as its caller reads it.
     *
     * @throws IllegalArgumentException when it is not an answer to this call
     */
    byte[] answer(byte[] answer) {
        return switch (caller.call()) {
            case RESPONSES, MESSAGES -> translation.orElseThrow().answer(answer);
            case COUNT_TOKENS ->
                TokenCount.answer(TokenCount.of(answer)
                        .orElseThrow(() -> new IllegalArgumentException("it does not tell a number of tokens")));
            case CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, RERANK, TOKENIZE, DETOKENIZE -> answer;
        };
    }

    /** How the answer's events are told. */
    EventWording events() {
        return translation
                .<EventWording>map(each -> new TranslatedEvents(each.events()))
                .orElseGet(() -> new PassedEvents(caller));
    }

    /** The events of one answer, told while they come. */
    interface EventWording {
        /** Takes what came; gives what is to be sent on now: whole events, or nothing. */
        byte[] feed(byte[] came);

        /** The answer is whole: what is left to be sent. */
        byte[] end();

        /** The answer will not be whole. */
        byte[] fail(ApiError error);

        /** What was seen in it. */
        io.stoa.gateway.wire.StreamScan seen();
    }
}
