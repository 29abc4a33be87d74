package io.stoa.benchmark.harness;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks one engine, and counts the time spent in it and the tokens. */
final class EngineCalls {
    private final Engine engine;
    private final int repeats;
    private final long seed;
    private long nanos;
    private long promptTokens;
    private long answerTokens;
    private Optional<Integer> begin = Optional.empty();

    /**
     * @param repeats answers to each generation
     * @param seed of draws; the k-th repetition draws from {@code seed + k}
     */
    EngineCalls(Engine engine, int repeats, long seed) {
        this.engine = engine;
        this.repeats = repeats;
        this.seed = seed;
    }

    /** Time spent in the engine. */
    long nanos() {
        return nanos;
    }

    /** Tokens read: of a scored request prompt and continuation, as an endpoint bills them. */
    long promptTokens() {
        return promptTokens;
    }

    /** Tokens generated. */
    long answerTokens() {
        return answerTokens;
    }

    /**
     * Asks several documents, whose likelihoods are read together.
     *
     * @param documents the requests of each
     * @return the answers of each, in order
     */
    List<List<RawAnswer>> ask(List<List<Request>> documents) {
        if (documents.stream().flatMap(List::stream).anyMatch(EngineCalls::isWhole)) {
            // What cannot be done is said before anything is.
            begin = Optional.of(begin.orElseGet(this::beginToken));
        }
        List<List<RawAnswer>> answers = new ArrayList<>();
        if (documents.stream().allMatch(EngineCalls::isScored)) {
            scored(documents, answers);
        } else {
            documents.forEach(
                    requests -> answers.add(requests.stream().map(this::one).toList()));
        }
        return answers;
    }

    /** Whether nothing stands before the text that is scored. */
    private static boolean isWhole(Request request) {
        return switch (request) {
            case Request.Likelihood likelihood -> isEmpty(likelihood.context());
            case Request.Rolling _ -> true;
            case Request.Generate _ -> false;
        };
    }

    private int beginToken() {
        if (!engine.capabilities().contains(Engine.Capability.TOKENIZE)) {
            throw StoaException.user(engine.facts().engine()
                    + " does not tell a text's tokens, so the likelihood of a whole text is not known;"
                    + " take a task with prompts");
        }
        List<Integer> tokens = engine.promptTokens(new Prompt.Text("a"));
        if (tokens.size() <= engine.tokenize("a", true).size()) {
            throw StoaException.user(
                    engine.facts().name() + " begins no text with a token of its own, so the likelihood"
                            + " of a text's first token is not known; take a task with prompts");
        }
        return tokens.getFirst();
    }

    /** Whether its documents can be read together: then they are one call, which gives all answers or none. */
    static boolean isScored(List<Request> requests) {
        return requests.stream()
                .allMatch(
                        request -> request instanceof Request.Likelihood likelihood && !isEmpty(likelihood.context()));
    }

    private static boolean isEmpty(Request.Context context) {
        return context instanceof Request.Context.Text text && text.text().isEmpty();
    }

    /** Continuations of one context are one question. */
    private void scored(List<List<Request>> documents, List<List<RawAnswer>> answers) {
        List<Question> questions = new ArrayList<>();
        for (List<Request> requests : documents) {
            byContext(requests)
                    .forEach((context, places) -> questions.add(new Question(
                            prompt(context),
                            places.stream()
                                    .map(place -> ((Request.Likelihood) requests.get(place)).continuation())
                                    .toList())));
        }
        long started = System.nanoTime();
        List<List<LogLikelihood>> scores = engine.scoreAll(questions);
        nanos += System.nanoTime() - started;
        int question = 0;
        for (List<Request> requests : documents) {
            Map<Integer, RawAnswer> byPlace = new LinkedHashMap<>();
            for (List<Integer> places : byContext(requests).values()) {
                List<LogLikelihood> values = scores.get(question++);
                for (int i = 0; i < places.size(); i++) {
                    LogLikelihood value = values.get(i);
                    if (value.tokens().isEmpty() || !Double.isFinite(value.sum())) {
                        throw StoaException.engine("the log-likelihood of a continuation is " + value.tokens()
                                + " from " + engine.facts().engine()
                                + "; check the model file with its publisher's digest");
                    }
                    promptTokens += value.promptTokens() + value.tokens().size();
                    byPlace.put(places.get(i), new RawAnswer.Likelihood(value.sum(), value.greedy()));
                }
            }
            List<RawAnswer> inOrder = new ArrayList<>();
            for (int i = 0; i < requests.size(); i++) {
                inOrder.add(Optional.ofNullable(byPlace.get(i)).orElseThrow());
            }
            answers.add(inOrder);
        }
    }

    private static Map<Request.Context, List<Integer>> byContext(List<Request> requests) {
        Map<Request.Context, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            places.computeIfAbsent(((Request.Likelihood) requests.get(i)).context(), _ -> new ArrayList<>())
                    .add(i);
        }
        return places;
    }

    private RawAnswer one(Request request) {
        return switch (request) {
            case Request.Likelihood likelihood when isEmpty(likelihood.context()) -> whole(likelihood.continuation());
            case Request.Likelihood likelihood -> {
                List<List<RawAnswer>> answers = new ArrayList<>();
                scored(List.of(List.of(likelihood)), answers);
                yield answers.getFirst().getFirst();
            }
            case Request.Rolling rolling -> whole(rolling.text());
            case Request.Generate generate -> generated(generate);
        };
    }

    /**
     * A part of a text.
     *
     * @param tokens what stands before the scored ones, then these; one more than the context holds at most, because the
     *     last is only asked about
     * @param scored how many of the last count
     */
    record Window(List<Integer> tokens, int scored) {}

    /**
     * Cuts a text for a context of {@code most} tokens, so that each of its tokens is scored once: full windows that begin
     * with one token from before, and a last one with as much of what precedes as fits (lm-evaluation-harness' windows
     * with one token of context, made disjoint).
     *
     * @param begin what stands before the text
     */
    static List<Window> windows(int begin, List<Integer> text, int most) {
        List<Integer> all = new ArrayList<>(text.size() + 1);
        all.add(begin);
        all.addAll(text);
        List<Window> windows = new ArrayList<>();
        for (int done = 0; done < text.size(); ) {
            int scored = Math.min(most, text.size() - done);
            int end = done + scored + 1;
            windows.add(new Window(all.subList(Math.max(0, end - most - 1), end), scored));
            done += scored;
        }
        return windows;
    }

    /** The log-likelihood of a whole text after the begin token; 0 of an empty one, as the harness has it. */
    private RawAnswer whole(String text) {
        long started = System.nanoTime();
        int most = engine.facts().contextTokens().orElse(GenerationSettings.DEFAULT_TOKENS);
        double sum = 0;
        boolean greedy = true;
        List<Integer> tokens = text.isEmpty() ? List.of() : engine.tokenize(text, true);
        for (Window window : windows(begin.orElseThrow(), tokens, most)) {
            List<ScoredToken> read = engine.logProbabilities(window.tokens(), 1);
            for (ScoredToken token : read.subList(read.size() - window.scored(), read.size())) {
                sum += token.logProbability().orElseThrow();
                greedy &= token.top().getFirst().token() == token.token();
            }
            promptTokens += window.tokens().size();
        }
        nanos += System.nanoTime() - started;
        return new RawAnswer.Likelihood(sum, greedy);
    }

    private RawAnswer generated(Request.Generate generate) {
        GenerationSettings settings = generate.settings();
        boolean draws = settings.temperature() > 0;
        List<String> texts = new ArrayList<>();
        for (int k = 0; k < repeats; k++) {
            if (k > 0 && !draws) {
                // The greedy answer is the same each time.
                texts.add(texts.getFirst());
                continue;
            }
            GenerateOptions options = new GenerateOptions(
                    settings.maxTokens().orElse(GenerationSettings.DEFAULT_TOKENS),
                    settings.temperature(),
                    settings.topK(),
                    settings.topP(),
                    0,
                    seed + k,
                    settings.until());
            long started = System.nanoTime();
            Generation generation = engine.generate(prompt(generate.context()), options);
            nanos += System.nanoTime() - started;
            promptTokens += generation.promptTokens();
            answerTokens += generation.answerTokens();
            texts.add(generation.text());
        }
        return new RawAnswer.Texts(texts);
    }

    private static Prompt prompt(Request.Context context) {
        return switch (context) {
            case Request.Context.Text text -> new Prompt.Text(text.text());
            case Request.Context.Chat chat -> {
                List<ChatMessage> messages =
                        chat.messages().stream().map(EngineCalls::message).toList();
                yield chat.continues() ? new Prompt.Continued(messages) : new Prompt.Chat(messages, List.of());
            }
        };
    }

    private static ChatMessage message(Message message) {
        return switch (message.role()) {
            case "system" -> ChatMessage.system(message.content());
            case "assistant" -> ChatMessage.assistant(message.content());
            default -> ChatMessage.user(message.content());
        };
    }
}
