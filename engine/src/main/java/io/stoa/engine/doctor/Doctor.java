package io.stoa.engine.doctor;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolCallParser;
import io.stoa.engine.doctor.Client.Answer;
import io.stoa.engine.doctor.Client.Silent;
import io.stoa.engine.doctor.Outcome.Failed;
import io.stoa.engine.doctor.Outcome.NotApplicable;
import io.stoa.engine.doctor.Outcome.Passed;
import io.stoa.engine.doctor.Outcome.Unknown;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Examines one endpoint. */
public final class Doctor implements AutoCloseable {
    /** A reference this sure of its next token is not turned round by batch shapes (at most 0.09 nats each way). */
    private static final double SURE = 0.5;

    /** Mean difference per token beyond which it is not the same model: shapes make 0.004, Q4_0 of F16 far more. */
    private static final double SAME = 0.03;

    private static final List<String> QUESTIONS = List.of(
            "What is the job of Dogor?",
            "Complete: Zoban likes to eat ...",
            "Name three colors of the rainbow, and say which of them you like best.",
            "Write one sentence about the sea.");

    /** What a model may answer at some length. */
    private static final List<String> INVITATIONS = List.of(
            "Tell me a long story about a farmer, a weaver and a river.",
            "Repeat: the river of Donel is long, cold and full of fish.",
            "Count from one to twenty in words.",
            "Text: Zoban likes to eat bread. Zoban owns a lamp.\nQuestion: What does Zoban like, and what does Zoban own?",
            "Complete: Once upon a time ...",
            "Who is older, and how many apples are left? Explain step by step.");

    private static final List<String> TRICKY = List.of(
            "Hello, world!",
            "  two  spaces\tand a tab\n\nnew lines ",
            "Grüße aus 東京 🎉👩‍👩‍👧",
            "don't 3.14159 x==y; <b>&amp;</b>",
            "1234567890 1000000 0x1F");

    private final Client client;
    private final String subject;
    private final String model;
    private final Optional<Engine> reference;
    private final Consumer<Diagnosis.Examined> heard;
    private final List<Diagnosis.Examined> examined = new ArrayList<>();
    private boolean reachable;
    /** Nats a token between the endpoint's log-probabilities of a prompt and the reference's. */
    private Optional<Double> identityGap = Optional.empty();

    /**
     * Prepares an examination.
     *
     * @param base such as {@code http://127.0.0.1:8080/v1}
     * @param model the name that is asked for
     * @param key for the endpoint, if it wants one
     * @param reference the same model, in this process; stays the caller's
     * @param limit after so much time the checks that remain are left out
     * @param heard hears each result as it comes
     */
    public Doctor(
            URI base,
            String model,
            Optional<String> key,
            Optional<Engine> reference,
            Duration limit,
            Consumer<Diagnosis.Examined> heard) {
        this.client = new Client(base, model, key, limit);
        this.subject = base.toString();
        this.model = model;
        this.reference = reference;
        this.heard = heard;
    }

    @FunctionalInterface
    private interface Examination {
        Outcome make() throws Silent;
    }

    /** Makes all checks. */
    public Diagnosis examine() {
        long start = System.nanoTime();
        check(Check.REACHABLE, this::reachable);
        check(Check.MODEL_NAME, this::modelName);
        check(Check.ERRORS, this::errors);
        check(Check.PROMPT_USAGE, this::promptUsage);
        check(Check.ANSWER_USAGE, this::answerUsage);
        check(Check.MAX_TOKENS, this::maxTokens);
        check(Check.FINISH_REASON, this::finishReason);
        check(Check.DETERMINISM, this::determinism);
        check(Check.TEMPERATURE, this::temperature);
        check(Check.SEED, this::seed);
        check(Check.STOP, this::stop);
        check(Check.STREAMING, this::streaming);
        check(Check.SYSTEM_ROLE, this::systemRole);
        check(Check.HISTORY, this::history);
        check(Check.CONCURRENCY, this::concurrency);
        check(Check.LOG_PROBABILITIES, this::logProbabilities);
        check(Check.TOKENIZER, this::tokenizer);
        check(Check.CHAT_TEMPLATE, this::chatTemplate);
        check(Check.MODEL_IDENTITY, this::identity);
        check(Check.CONTEXT_LIMIT, this::contextLimit);
        check(Check.TOOLS, this::tools);
        check(Check.JSON_SCHEMA, this::jsonSchema);
        return new Diagnosis(subject, examined, Duration.ofNanos(System.nanoTime() - start));
    }

    private void check(Check check, Examination examination) {
        Outcome outcome;
        if (check != Check.REACHABLE && !reachable) {
            outcome = new Unknown("the endpoint does not answer");
        } else if (client.isTimeOver()) {
            outcome = new Unknown("the time was over; allow more with --timeout");
        } else {
            try {
                outcome = examination.make();
                if (outcome instanceof Failed && !client.isTimeOver()) {
                    // Once more: a server that batches may answer a close call in two ways, first from an empty cache
                    // and then from a full one. A fault stays.
                    outcome = examination.make();
                }
            } catch (Silent e) {
                outcome = client.isTimeOver()
                        ? new Unknown("the time was over; allow more with --timeout")
                        : new Failed(
                                "a request is not answered",
                                String.valueOf(e.getMessage()),
                                "see the server's log for the request at this time");
            }
        }
        Diagnosis.Examined result = new Diagnosis.Examined(check, outcome);
        examined.add(result);
        heard.accept(result);
    }

    // ---- asking

    private static ChatMessage user(String text) {
        return ChatMessage.user(text);
    }

    private ObjectNode chat(List<ChatMessage> messages, int maxTokens) {
        ObjectNode request = client.request();
        ArrayNode list = request.putArray("messages");
        for (ChatMessage message : messages) {
            list.addObject()
                    .put("role", message.role())
                    .put("content", message.content().orElse(""));
        }
        return request.put("max_tokens", maxTokens).put("temperature", 0);
    }

    private Answer ask(ObjectNode request) throws Silent {
        return client.post("chat/completions", request);
    }

    private Answer ask(String question, int maxTokens) throws Silent {
        return ask(chat(List.of(user(question)), maxTokens));
    }

    private static String text(Answer answer) {
        return answer.json()
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asString("");
    }

    private static String finish(Answer answer) {
        return answer.json().path("choices").path(0).path("finish_reason").asString("");
    }

    private static int usage(Answer answer, String name) {
        return answer.json().path("usage").path(name).asInt(-1);
    }

    private static Failed refused(String what, Answer answer) {
        return new Failed(what + " is refused", answer.quoted(), "see the server's log, and its documentation");
    }

    private static Prompt.Chat prompt(List<ChatMessage> messages) {
        return new Prompt.Chat(messages, List.of());
    }

    private static String shown(String text) {
        String line = text.replace("\n", "\\n");
        return "\"" + (line.length() <= 60 ? line : line.substring(0, 60) + "…") + "\"";
    }

    /** A question that is answered at some length, so that there is something to cut and compare. */
    private record LongAnswer(String question, String text, int tokens) {}

    private Optional<LongAnswer> longAnswer(int atLeast) throws Silent {
        for (String question :
                Stream.concat(QUESTIONS.stream(), INVITATIONS.stream()).toList()) {
            Answer answer = ask(question, 48);
            if (answer.isGood() && text(answer).strip().length() >= atLeast) {
                return Optional.of(new LongAnswer(question, text(answer), usage(answer, "completion_tokens")));
            }
        }
        return Optional.empty();
    }

    // ---- the protocol

    private Outcome reachable() throws Silent {
        Answer answer;
        try {
            answer = ask("Hi", 4);
        } catch (Silent e) {
            return new Failed(
                    "nobody answers",
                    String.valueOf(e.getMessage()),
                    "check the address, and that the server is running");
        }
        boolean speaks = answer.isGood() && answer.json().path("choices").isArray();
        reachable = speaks;
        return speaks
                ? new Passed("a chat completion came back")
                : new Failed(
                        "chat completions do not work",
                        answer.quoted(),
                        "the address usually ends in /v1; check the model's name and the key");
    }

    private Outcome modelName() throws Silent {
        Answer list = client.get("models");
        if (!list.json().path("data").isArray()) {
            return new NotApplicable("it does not list its models");
        }
        List<String> names = list.json()
                .path("data")
                .valueStream()
                .map(entry -> entry.path("id").asString(""))
                .toList();
        return names.contains(model)
                ? new Passed("listed")
                : new Failed(
                        "the model is not listed, yet requests for it are answered",
                        "asked for " + model + ", listed " + names,
                        "name a listed model; another one may be answering");
    }

    private Outcome errors() throws Silent {
        ObjectNode wrong = client.request().put("max_tokens", 4);
        wrong.put("messages", "this is no list");
        Answer answer = ask(wrong);
        if (answer.status() >= 400 && answer.status() < 500 && answer.json().has("error")) {
            return new Passed("messages that are no list: status " + answer.status());
        }
        return answer.status() >= 500
                ? new NotApplicable("a wrong request is answered with status " + answer.status()
                        + ", as if the server had failed: clients will ask again in vain")
                : new Failed(
                        "a wrong request is not refused as one",
                        answer.quoted(),
                        "do not rely on its errors; requests may be misread silently");
    }

    private Outcome promptUsage() throws Silent {
        List<ChatMessage> shorter = List.of(user(QUESTIONS.getFirst()));
        List<ChatMessage> longer =
                List.of(user(QUESTIONS.getFirst() + " " + "Please tell me all about it. ".repeat(8)));
        Answer one = ask(chat(shorter, 1));
        Answer other = ask(chat(longer, 1));
        int first = usage(one, "prompt_tokens");
        int second = usage(other, "prompt_tokens");
        if (first <= 0) {
            return new Failed(
                    "the prompt's tokens are not counted",
                    "usage.prompt_tokens is " + first,
                    "budgets and prices cannot be computed from this endpoint's usage");
        }
        if (second <= first) {
            return new Failed(
                    "a longer prompt counts no more tokens",
                    first + " and " + second + " tokens",
                    "budgets and prices cannot be computed from this endpoint's usage");
        }
        if (reference.isEmpty()) {
            return new Passed(first + " and, for a longer one, " + second + " tokens");
        }
        int ours = reference.get().promptTokens(prompt(shorter)).size();
        int ourSecond = reference.get().promptTokens(prompt(longer)).size();
        // A constant difference may be a template, which has a check of its own; the slope is the count's.
        return second - first == ourSecond - ours
                ? new Passed("the difference of two prompts is " + (second - first) + " tokens, as it should be")
                : new Failed(
                        "the prompt's tokens are counted wrongly",
                        "two prompts differ by " + (ourSecond - ours) + " tokens, and by " + (second - first)
                                + " in its usage (" + first + " and " + second + ")",
                        "budgets and prices computed from its usage are wrong; count with the model's own tokenizer");
    }

    private Outcome answerUsage() throws Silent {
        Optional<LongAnswer> answer = longAnswer(12);
        if (answer.isEmpty()) {
            return new NotApplicable("the model answers nothing long enough to count");
        }
        Answer cut = ask(answer.get().question, 3);
        int counted = usage(cut, "completion_tokens");
        if (finish(cut).equals("length") && counted != 3) {
            return new Failed(
                    "the answer's tokens are counted wrongly",
                    "an answer that was cut after 3 tokens counts " + counted,
                    "budgets and prices computed from its usage are wrong");
        }
        int total = usage(cut, "total_tokens");
        if (counted < 0 || total != counted + usage(cut, "prompt_tokens")) {
            return new Failed(
                    "usage does not add up",
                    cut.json().path("usage").toString(),
                    "budgets and prices computed from its usage are wrong");
        }
        if (answer.get().tokens == counted
                && answer.get().text.length() > text(cut).length()) {
            return new Failed(
                    "answers of different length count the same",
                    counted + " tokens for " + shown(text(cut)) + " and for " + shown(answer.get().text),
                    "budgets and prices computed from its usage are wrong");
        }
        return new Passed("an answer cut after 3 tokens counts " + counted);
    }

    private Outcome maxTokens() throws Silent {
        Optional<LongAnswer> answer = longAnswer(12);
        if (answer.isEmpty()) {
            return new NotApplicable("the model answers nothing long enough to cut");
        }
        Answer cut = ask(answer.get().question, 2);
        boolean shorter = text(cut).length() < answer.get().text.length();
        if (!shorter) {
            return new Failed(
                    "max_tokens is not heeded",
                    "max_tokens 2 gives " + shown(text(cut)),
                    "answers may cost any amount; limit them elsewhere, or use another server");
        }
        if (reference.isPresent()) {
            int tokens = reference.get().tokenize(text(cut), false).size();
            if (tokens > 4) {
                return new Failed(
                        "max_tokens is not heeded",
                        "max_tokens 2 gives " + tokens + " tokens: " + shown(text(cut)),
                        "answers may cost more than was allowed");
            }
        }
        return new Passed("max_tokens 2 gives " + shown(text(cut)));
    }

    private Outcome finishReason() throws Silent {
        Optional<LongAnswer> answer = longAnswer(12);
        if (answer.isEmpty()) {
            return new NotApplicable("the model answers nothing long enough to cut");
        }
        Answer cut = ask(answer.get().question, 2);
        if (text(cut).length() < answer.get().text.length() && !finish(cut).equals("length")) {
            return new Failed(
                    "a cut answer is not told as one",
                    "max_tokens 2 gives " + shown(text(cut)) + " with finish_reason \"" + finish(cut) + "\"",
                    "callers take cut answers for whole ones; raise max_tokens far above need");
        }
        for (String question : QUESTIONS) {
            Answer whole = ask(question, 96);
            int tokens = usage(whole, "completion_tokens");
            boolean ended = reference
                    .map(engine -> engine.generate(Prompt.user(question), GenerateOptions.greedy(96))
                                    .finish()
                            == Generation.Finish.STOP)
                    .orElse(tokens > 0 && tokens < 90);
            if (ended && tokens < 90 && whole.isGood()) {
                return finish(whole).equals("stop")
                        ? new Passed("length when it is cut, stop when it ends by itself")
                        : new Failed(
                                "an answer that ended by itself is not told as one",
                                shown(text(whole)) + " with finish_reason \"" + finish(whole) + "\"",
                                "callers cannot tell cut answers from whole ones");
            }
        }
        return new Passed("length when it is cut (no answer ended by itself)");
    }

    private Outcome determinism() throws Silent {
        for (String question : QUESTIONS.subList(0, 3)) {
            Answer one = ask(question, 16);
            Answer other = ask(question, 16);
            if (!text(one).equals(text(other))) {
                return new Failed(
                        "equal requests at temperature 0 are answered differently",
                        shown(text(one)) + " and " + shown(text(other)),
                        "results cannot be repeated: look for a temperature that is not heeded or answers that are mixed up");
            }
        }
        return new Passed("three questions twice, the same answers");
    }

    private List<String> drawn(String question, List<Integer> seeds, double temperature) throws Silent {
        List<String> texts = new ArrayList<>();
        for (int seed : seeds) {
            ObjectNode request = chat(List.of(user(question)), 16)
                    .put("temperature", temperature)
                    .put("seed", seed)
                    .put("top_p", 1);
            // Servers that cut unlikely tokens before they apply the temperature leave a sure model no choice at all.
            Answer answer = ask(request.deepCopy().put("top_k", 0).put("min_p", 0));
            texts.add(text(answer.isGood() ? answer : ask(request)));
        }
        return texts;
    }

    private Outcome temperature() throws Silent {
        Set<String> texts = new HashSet<>();
        for (String question : QUESTIONS) {
            texts.clear();
            texts.addAll(drawn(question, List.of(11, 12, 13, 14, 15), 2));
            if (texts.size() > 1) {
                return new Passed("five draws at temperature 2 gave " + texts.size() + " different answers");
            }
        }
        return new Failed(
                "the temperature is not heeded",
                "five draws at temperature 2 all gave " + shown(texts.iterator().next()),
                "do not sample from this endpoint: it answers as if at temperature 0, or from a cache");
    }

    private Outcome seed() throws Silent {
        List<String> texts = drawn(QUESTIONS.get(2), List.of(7, 7, 7), 1.5);
        if (new HashSet<>(texts).size() == 1) {
            return new Passed("three answers for one seed were the same");
        }
        // A prompt read in another batch gives probabilities that differ a little, and once in a while another token.
        texts.addAll(drawn(QUESTIONS.get(2), List.of(7, 7, 7), 1.5));
        int alike = texts.stream()
                .mapToInt(text -> Collections.frequency(texts, text))
                .max()
                .orElseThrow();
        if (alike > texts.size() / 2) {
            return new Passed(alike + " of " + texts.size() + " answers for one seed were the same");
        }
        return new Failed(
                "the seed is not heeded",
                "one seed gave " + shown(texts.getFirst()) + " and "
                        + shown(texts.get(texts.get(1).equals(texts.getFirst()) ? 2 : 1)),
                "sampled results cannot be repeated; use temperature 0 where that matters");
    }

    private Outcome stop() throws Silent {
        Optional<LongAnswer> answer = longAnswer(14);
        if (answer.isEmpty()) {
            return new NotApplicable("the model answers nothing long enough to stop in");
        }
        String whole = answer.get().text;
        // Within a word and across a border of words, so that it lies in more than one token.
        for (int length : new int[] {5, 9}) {
            int from = Math.max(1, whole.length() / 2 - length / 2);
            String string = whole.substring(from, Math.min(whole.length(), from + length));
            String expected = whole.substring(0, whole.indexOf(string));
            ObjectNode request = chat(List.of(user(answer.get().question)), 48);
            request.putArray("stop").add(string);
            Answer stopped = ask(request);
            if (!stopped.isGood()) {
                return refused("a stop string", stopped);
            }
            String got = text(stopped);
            if (got.strip().equals(expected.strip())) {
                continue;
            }
            String how = got.startsWith(expected + string) && got.length() == expected.length() + string.length()
                    ? "is part of the answer"
                    : got.strip().equals(whole.strip()) ? "is not heeded" : "is heeded wrongly";
            return new Failed(
                    "a stop string " + how,
                    "stop " + shown(string) + " in " + shown(whole) + " gave " + shown(got),
                    "cut answers at stop strings yourself");
        }
        return new Passed("two strings in the middle of " + shown(whole) + " ended it right before them");
    }

    private Outcome streaming() throws Silent {
        for (String question : QUESTIONS.subList(0, 3)) {
            Answer whole = ask(question, 32);
            List<JsonNode> events = client.stream("chat/completions", chat(List.of(user(question)), 32));
            StringBuilder text = new StringBuilder();
            String finish = "";
            JsonNode usage = JsonMapper.shared().missingNode();
            boolean done = false;
            for (JsonNode event : events) {
                if (event.isString()) {
                    done = true;
                    continue;
                }
                JsonNode choice = event.path("choices").path(0);
                text.append(choice.path("delta").path("content").asString(""));
                finish = choice.path("finish_reason").asString(finish);
                usage = event.path("usage").isObject() ? event.path("usage") : usage;
            }
            String evidence = shown(text.toString()) + " streamed, " + shown(text(whole)) + " at once";
            if (text.indexOf("\uFFFD") >= 0 && text(whole).indexOf('\uFFFD') < 0) {
                return new Failed("the stream cuts characters in two", evidence, "do not stream from this endpoint");
            }
            if (!text.toString().strip().equals(text(whole).strip())) {
                return new Failed("a streamed answer is another", evidence, "do not stream from this endpoint");
            }
            if (!done || !finish.equals(finish(whole))) {
                return new Failed(
                        "a stream does not end as it should",
                        "finish_reason \"" + finish + "\" instead of \"" + finish(whole) + "\""
                                + (done ? "" : ", no [DONE]"),
                        "callers cannot tell a whole stream from one that broke off");
            }
            if (usage.isObject() && usage.path("completion_tokens").asInt(-1) != usage(whole, "completion_tokens")) {
                return new Failed(
                        "a stream's usage is another",
                        usage + " instead of " + whole.json().path("usage"),
                        "count streamed tokens yourself");
            }
        }
        return new Passed("three answers, streamed and at once, are the same");
    }

    private Outcome systemRole() throws Silent {
        String instruction = "You are a helpful assistant of a small library in the mountains.";
        Answer without = ask(QUESTIONS.getFirst(), 8);
        List<ChatMessage> messages = List.of(ChatMessage.system(instruction), user(QUESTIONS.getFirst()));
        Answer with = ask(chat(messages, 8));
        if (!with.isGood()) {
            return refused("a system message", with);
        }
        int more = usage(with, "prompt_tokens") - usage(without, "prompt_tokens");
        Optional<Integer> expected =
                reference.map(engine -> engine.promptTokens(prompt(messages)).size()
                        - engine.promptTokens(prompt(List.of(user(QUESTIONS.getFirst()))))
                                .size());
        if (more <= 0) {
            return new Failed(
                    "the system message is dropped",
                    "with it the prompt has " + usage(with, "prompt_tokens") + " tokens, without it "
                            + usage(without, "prompt_tokens"),
                    "put instructions into the user's message, or give the server the model's own chat template");
        }
        if (expected.isPresent() && more != expected.get()) {
            return new Failed(
                    "the system message is put where the model's template does not put it",
                    "it adds " + more + " tokens instead of " + expected.get(),
                    "give the server the model's own chat template");
        }
        return new Passed("it adds " + more + " tokens to the prompt");
    }

    private Outcome history() throws Silent {
        List<ChatMessage> turns = List.of(
                user("My name is Dogor and I live in Bel."),
                ChatMessage.assistant("I will remember that."),
                user(QUESTIONS.getFirst()));
        Answer all = ask(chat(turns, 8));
        Answer last = ask(chat(turns.subList(2, 3), 8));
        if (!all.isGood()) {
            return refused("a conversation of several turns", all);
        }
        int more = usage(all, "prompt_tokens") - usage(last, "prompt_tokens");
        Optional<Integer> expected =
                reference.map(engine -> engine.promptTokens(prompt(turns)).size()
                        - engine.promptTokens(prompt(turns.subList(2, 3))).size());
        if (more <= 0 || (expected.isPresent() && more != expected.get())) {
            return new Failed(
                    more <= 0 ? "earlier turns are dropped" : "earlier turns are not read as the template writes them",
                    "two earlier turns add " + more + " tokens"
                            + expected.map(tokens -> " instead of " + tokens).orElse(""),
                    "give the server the model's own chat template");
        }
        return new Passed("two earlier turns add " + more + " tokens to the prompt");
    }

    private Outcome concurrency() throws Silent {
        List<String> alone = new ArrayList<>();
        for (String question : QUESTIONS) {
            alone.add(text(ask(question, 12)));
        }
        List<String> together = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> pending = QUESTIONS.stream()
                    .map(question -> pool.submit(() -> text(ask(question, 12))))
                    .toList();
            for (Future<String> answer : pending) {
                together.add(answer.get());
            }
        } catch (ExecutionException e) {
            throw new Silent("four requests at once: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Silent("interrupted");
        }
        for (int i = 0; i < alone.size(); i++) {
            int other = alone.indexOf(together.get(i));
            boolean mixed = other >= 0 && !alone.get(i).equals(alone.get(other));
            boolean strange = !alone.get(i).equals(together.get(i))
                    && !closeCall(List.of(user(QUESTIONS.get(i))), alone.get(i), together.get(i));
            if (mixed || (strange && reference.isPresent())) {
                return new Failed(
                        "answers of callers are mixed up",
                        shown(QUESTIONS.get(i)) + " alone: " + shown(alone.get(i)) + ", beside three others: "
                                + shown(together.get(i)),
                        "send one request at a time, or use another server");
            }
        }
        return new Passed("four questions at once, each with its own answer");
    }

    // ---- against the reference

    /** Whether two answers part where the reference is not sure, so that batch shapes may decide. */
    private boolean closeCall(List<ChatMessage> messages, String one, String other) {
        if (reference.isEmpty()) {
            return true;
        }
        Engine engine = reference.get();
        Generation greedy =
                engine.generate(prompt(messages), GenerateOptions.greedy(48).withAlternatives(2));
        int agreed = 0;
        while (agreed < Math.min(one.length(), other.length()) && one.charAt(agreed) == other.charAt(agreed)) {
            agreed++;
        }
        int length = 0;
        for (ScoredToken token : greedy.tokens()) {
            length += engine.detokenize(List.of(token.token()), true).length();
            List<ScoredToken.Alternative> top = token.top();
            if (top.size() == 2
                    && top.get(0).logProbability() - top.get(1).logProbability() < SURE
                    && length <= agreed + 8) {
                return true;
            }
            if (length > agreed + 8) {
                return false;
            }
        }
        // They part at the end: ending there is a token, too.
        return length <= agreed;
    }

    private Outcome logProbabilities() throws Silent {
        String text = "The farmer of Bel likes bread. The weaver of Dun likes apples.";
        ObjectNode request = client.request()
                .put("prompt", text)
                .put("max_tokens", 1)
                .put("temperature", 0)
                .put("echo", true)
                .put("logprobs", 5);
        Answer answer = client.post("completions", request);
        if (!answer.isGood()) {
            return new NotApplicable("completions with echo and logprobs are refused (status " + answer.status() + ")");
        }
        JsonNode choice = answer.json().path("choices").path(0);
        JsonNode logprobs = choice.path("logprobs");
        if (!choice.path("text").asString("").startsWith(text)) {
            return new NotApplicable(
                    "echo is not supported: the answer does not begin with the prompt, so what logprobs"
                            + " it tells are those of generated tokens, not of the prompt");
        }
        if (!logprobs.path("token_logprobs").isArray()) {
            return new NotApplicable("it echoes the prompt, but tells no token_logprobs");
        }
        return judged(text, logprobs);
    }

    private Outcome judged(String text, JsonNode logprobs) {
        String next = "do not score with this endpoint: log-likelihoods taken from it are wrong";
        List<JsonNode> tokens = logprobs.path("tokens").valueStream().toList();
        List<JsonNode> values = logprobs.path("token_logprobs").valueStream().toList();
        List<JsonNode> tops = logprobs.path("top_logprobs").valueStream().toList();
        StringBuilder joined = new StringBuilder();
        List<Double> told = new ArrayList<>();
        int size = 0;
        while (size < Math.min(tokens.size(), values.size()) && joined.length() < text.length()) {
            joined.append(tokens.get(size).asString(""));
            told.add(values.get(size).asDouble(Double.NaN));
            size++;
        }
        boolean broken = joined.indexOf("\uFFFD") >= 0;
        if (!broken && !joined.toString().startsWith(text)) {
            return new Failed(
                    "the log-probabilities are not the prompt's",
                    "its tokens spell " + shown(joined.toString()) + " instead of " + shown(text),
                    next);
        }
        if (size < 4) {
            return new Failed("hardly any token has a log-probability", size + " tokens", next);
        }
        List<Double> given = told.subList(1, size);
        if (given.stream().anyMatch(value -> Double.isNaN(value) || value > 1e-6)) {
            return new Failed("log-probabilities are missing or above 0", given.toString(), next);
        }
        if (new HashSet<>(given).size() < given.size() / 2) {
            return new Failed("the log-probabilities are all alike", given.toString(), next);
        }
        if (given.stream().allMatch(value -> Math.abs(value * 10 - Math.rint(value * 10)) < 1e-9)) {
            return new Failed("the log-probabilities are rounded", given.toString(), next);
        }
        for (int i = 1; i < Math.min(size, tops.size()); i++) {
            double mine = told.get(i);
            double sum = 0;
            double least = 0;
            Optional<Double> own = Optional.empty();
            for (String name : tops.get(i).propertyNames()) {
                double value = tops.get(i).path(name).asDouble(0);
                sum += Math.exp(value);
                least = Math.min(least, value);
                own = name.equals(tokens.get(i).asString("")) ? Optional.of(value) : own;
            }
            if (sum > 1.02) {
                return new Failed(
                        "probabilities sum to more than 1",
                        String.format(
                                Locale.ROOT,
                                "the likeliest tokens before %s sum to %.3f",
                                shown(tokens.get(i).asString("")),
                                sum),
                        next);
            }
            boolean belongs = own.map(value -> Math.abs(value - mine) < 0.02).orElse(true);
            boolean absent = own.isEmpty() && !tops.get(i).isEmpty() && told.get(i) > least + 0.02;
            if (!belongs || absent) {
                return new Failed(
                        "log-probabilities belong to other tokens",
                        shown(tokens.get(i).asString("")) + " has " + told.get(i) + ", and among the likeliest "
                                + tops.get(i),
                        next);
            }
        }
        if (reference.isEmpty()) {
            return new Passed(given.size() + " tokens of a prompt, consistent in themselves");
        }
        List<Integer> ours = reference.get().promptTokens(new Prompt.Text(text));
        if (ours.size() != size) {
            return new Unknown("its prompt has " + size + " tokens and the reference's " + ours.size());
        }
        List<ScoredToken> scored = reference.get().logProbabilities(ours, 0);
        double mean = 0;
        double ratio = 0;
        for (int i = 1; i < size; i++) {
            double exact = scored.get(i).logProbability().orElse(0);
            mean += Math.abs(exact - told.get(i)) / (size - 1);
            ratio += told.get(i) / exact / (size - 1);
        }
        // Another base is a constant factor: 0.434 for log10, 1.443 for log2.
        for (double base : new double[] {1 / Math.log(10), 1 / Math.log(2)}) {
            if (Math.abs(ratio - base) < 0.02) {
                return new Failed(
                        "the log-probabilities have another base than e",
                        String.format(Locale.ROOT, "they are %.3f times what they should be", ratio),
                        next);
            }
        }
        identityGap = Optional.of(mean);
        return mean < 1
                ? new Passed(String.format(
                        Locale.ROOT, "%d tokens of a prompt, %.4f nats from the reference on average", size - 1, mean))
                : new Failed(
                        "the log-probabilities are not this model's",
                        String.format(Locale.ROOT, "%.3f nats a token from the reference", mean),
                        next);
    }

    private Outcome tokenizer() throws Silent {
        if (reference.isEmpty()) {
            return new NotApplicable("needs --reference");
        }
        for (String text : TRICKY) {
            Answer answer = client.post(
                    "completions",
                    client.request().put("prompt", text).put("max_tokens", 1).put("temperature", 0));
            int counted = usage(answer, "prompt_tokens");
            int ours = reference.get().promptTokens(new Prompt.Text(text)).size();
            if (!answer.isGood() || counted < 0) {
                return new NotApplicable("completions of plain text are not offered");
            }
            if (counted != ours) {
                return new Failed(
                        "the tokenizer is another, or adds begin tokens twice",
                        shown(text) + " has " + counted + " tokens there and " + ours + " here",
                        "check that the server's GGUF and tokenizer files belong together, and add_bos_token");
            }
            Answer ids = client.post(
                    "/tokenize", client.request().put("content", text).put("prompt", text));
            if (ids.isGood() && ids.json().path("tokens").isArray()) {
                List<Integer> theirs = ids.json()
                        .path("tokens")
                        .valueStream()
                        .map(id -> id.asInt(-1))
                        .toList();
                if (!theirs.equals(reference.get().tokenize(text, true))
                        && !theirs.equals(reference.get().promptTokens(new Prompt.Text(text)))) {
                    return new Failed(
                            "the tokenizer is another",
                            shown(text) + " is " + theirs + " there and "
                                    + reference.get().tokenize(text, true) + " here",
                            "check that the server's GGUF and tokenizer files belong together");
                }
            }
        }
        return new Passed(TRICKY.size() + " texts have as many tokens as the reference makes of them");
    }

    private Outcome chatTemplate() throws Silent {
        if (reference.isEmpty()) {
            return new NotApplicable("needs --reference");
        }
        List<List<ChatMessage>> conversations = List.of(
                List.of(user(QUESTIONS.getFirst())),
                List.of(ChatMessage.system("Be brief."), user(QUESTIONS.get(1))),
                List.of(user("Hi"), ChatMessage.assistant("Hello!"), user(QUESTIONS.get(3))));
        for (List<ChatMessage> messages : conversations) {
            int counted = usage(ask(chat(messages, 1)), "prompt_tokens");
            int ours = reference.get().promptTokens(prompt(messages)).size();
            if (counted != ours) {
                int raw = reference
                        .get()
                        .tokenize(messages.getLast().content().orElse(""), false)
                        .size();
                String what = counted == ours + 1
                        ? "the chat template is applied with a begin token too many"
                        : Math.abs(counted - raw) <= 1
                                ? "the chat template is not applied"
                                : counted > ours + ours / 3
                                        ? "the chat template is applied twice"
                                        : "the chat template is another, or parts of the conversation are lost";
                return new Failed(
                        what,
                        "a conversation of " + messages.size() + " messages has " + counted + " tokens there and "
                                + ours + " by the model's template",
                        "give the server the chat template of the model's own file");
            }
        }
        return new Passed(conversations.size() + " conversations have as many tokens as the model's template makes");
    }

    private Outcome identity() throws Silent {
        if (reference.isEmpty()) {
            return new NotApplicable("needs --reference");
        }
        if (identityGap.isPresent() && identityGap.get() > SAME) {
            return new Failed(
                    "it is another model, or another quantization of it",
                    String.format(
                            Locale.ROOT,
                            "a prompt's log-probabilities are %.3f nats a token from the reference's; batch shapes alone"
                                    + " make less than %.2f",
                            identityGap.get(),
                            SAME),
                    "check which file the server loaded; results for the reference do not hold for it");
        }
        int compared = 0;
        for (String question : QUESTIONS) {
            List<ChatMessage> messages = List.of(user(question));
            String theirs = text(ask(question, 24));
            String ours = new ToolCallParser(List.of())
                    .parse(reference
                            .get()
                            .generate(prompt(messages), GenerateOptions.greedy(24))
                            .text())
                    .content();
            compared++;
            if (!theirs.strip().equals(ours.strip()) && !closeCall(messages, ours, theirs)) {
                return new Failed(
                        "it answers otherwise than the reference, which is sure",
                        shown(question) + ": " + shown(theirs) + " there, " + shown(ours) + " here",
                        "check which file and which chat template the server loaded");
            }
        }
        return new Passed(compared + " answers at temperature 0 as the reference gives them"
                + identityGap
                        .map(gap -> String.format(Locale.ROOT, ", log-probabilities within %.4f nats", gap))
                        .orElse(""));
    }

    private Outcome contextLimit() throws Silent {
        JsonNode listed = client.get("models").json().path("data").path(0);
        int context = listed.path("max_model_len").asInt(0);
        if (context == 0) {
            JsonNode props = client.get("/props").json();
            context = props.path("default_generation_settings").path("n_ctx").asInt(0);
        }
        if (context <= 0 || context > 40_000) {
            return new NotApplicable(
                    context <= 0
                            ? "it does not say how long its context is"
                            : "its context of " + context + " tokens would take too long to fill");
        }
        // Every word is a token or more, so that it cannot fit, whatever the tokenizer.
        String tooLong = "one two three four five six seven eight nine ten ".repeat(context / 10 + 20);
        Answer answer = ask(tooLong, 4);
        if (answer.status() >= 400) {
            return heedsAll(context, answer.status());
        }
        return new Failed(
                "a prompt that does not fit is cut silently",
                (context / 10 + 20) * 10 + " words into a context of " + context + " tokens: status 200, prompt_tokens "
                        + usage(answer, "prompt_tokens"),
                "count tokens before you send, and refuse what does not fit");
    }

    /** One that does fit must be read whole: its beginning changes the answer's probabilities, as the reference says. */
    private Outcome heedsAll(int context, int status) throws Silent {
        String words = "one two three four five six seven eight nine ten ";
        int repeats = 1;
        if (reference.isPresent()) {
            while (reference
                            .get()
                            .promptTokens(Prompt.user(words.repeat(repeats + 1)))
                            .size()
                    < context * 3 / 4) {
                repeats++;
            }
            String text = words.repeat(repeats);
            Answer answer = ask(text, 1);
            int ours = reference.get().promptTokens(Prompt.user(text)).size();
            if (usage(answer, "prompt_tokens") != ours) {
                return new Failed(
                        "a long prompt is cut silently",
                        "a prompt of " + ours + " tokens in a context of " + context + " counts "
                                + usage(answer, "prompt_tokens"),
                        "count tokens before you send, and compare with usage.prompt_tokens");
            }
            return new Passed(
                    "too long: status " + status + "; three quarters of the context: all " + ours + " tokens");
        }
        return new Passed("more than " + context + " tokens: status " + status);
    }

    private Outcome tools() throws Silent {
        ObjectNode tool = (ObjectNode) JsonMapper.shared().readTree("""
                {"type": "function", "function": {"name": "get_job", "description": "Tells a person's job",
                 "parameters": {"type": "object", "properties": {"person": {"type": "string"}},
                 "required": ["person"], "additionalProperties": false}}}
                """);
        ObjectNode request = chat(List.of(user("What is the job of Dogor? Use the tool.")), 96);
        request.putArray("tools").add(tool);
        Answer plain = ask(request);
        if (plain.status() == 400 || plain.status() == 501) {
            return new NotApplicable("tools are refused (status " + plain.status() + ")");
        }
        Answer forced = ask(request.deepCopy().put("tool_choice", "required"));
        Answer judged = forced.isGood() ? forced : plain;
        JsonNode calls = judged.json().path("choices").path(0).path("message").path("tool_calls");
        if (!calls.isArray() || calls.isEmpty()) {
            boolean written =
                    text(judged).contains("\"get_job\"") || text(judged).contains("<tool_call>");
            if (!written && finish(judged).equals("length")) {
                return new NotApplicable("no call came within 96 tokens: " + shown(text(judged)));
            }
            if (written || forced.isGood()) {
                return new Failed(
                        written ? "a tool call is left in the text" : "a demanded tool call does not come",
                        shown(text(judged)),
                        "start the server with the tool parser of this model's family, or parse calls yourself");
            }
            return new NotApplicable("the model called no tool, and the server cannot demand it");
        }
        JsonNode function = calls.path(0).path("function");
        JsonNode arguments = function.path("arguments");
        if (!arguments.isString()) {
            return new Failed(
                    "a tool call's arguments are not a string of JSON",
                    shown(arguments.toString()),
                    "clients of the OpenAI protocol expect a string; parse both");
        }
        try {
            JsonNode parsed = JsonMapper.shared().readTree(arguments.stringValue());
            if (!parsed.path("person").isString()
                    || !function.path("name").asString("").equals("get_job")) {
                return new Failed(
                        "a tool call does not fit its schema",
                        shown(function.toString()),
                        "check calls against their schema before you make them");
            }
        } catch (JacksonException e) {
            return new Failed(
                    "a tool call's arguments are not JSON",
                    shown(arguments.stringValue()),
                    "check calls before you make them");
        }
        ObjectNode back = request.deepCopy();
        ArrayNode messages = (ArrayNode) back.get("messages");
        messages.addObject()
                .put("role", "assistant")
                .putNull("content")
                .putArray("tool_calls")
                .add(calls.path(0));
        messages.addObject()
                .put("role", "tool")
                .put("tool_call_id", calls.path(0).path("id").asString("call_1"))
                .put("content", "weaver");
        Answer answered = ask(back);
        if (!answered.isGood()) {
            return refused("a tool's result", answered);
        }
        return usage(answered, "prompt_tokens") > usage(plain, "prompt_tokens")
                ? new Passed("called " + shown(function.toString()) + ", and took the result")
                : new Failed(
                        "a tool's result is dropped",
                        "with the call and its result the prompt has " + usage(answered, "prompt_tokens")
                                + " tokens, without " + usage(plain, "prompt_tokens"),
                        "give the server a chat template that knows tool messages");
    }

    private Outcome jsonSchema() throws Silent {
        ObjectNode request = chat(List.of(user("Describe Dogor as JSON.")), 200);
        request.set("response_format", JsonMapper.shared().readTree("""
                        {"type": "json_schema", "json_schema": {"name": "person", "strict": true, "schema":
                         {"type": "object", "properties": {"job": {"type": "string", "maxLength": 12},
                         "age": {"type": "integer", "minimum": 0, "maximum": 150}},
                         "required": ["job", "age"], "additionalProperties": false}}}
                        """));
        Answer answer = ask(request);
        if ((answer.status() >= 400 && answer.status() < 500) || answer.status() == 501) {
            return new NotApplicable("response_format json_schema is refused (status " + answer.status() + ")");
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(text(answer));
            boolean valid = json.size() == 2
                    && json.path("job").isString()
                    && json.path("job").stringValue().length() <= 12
                    && json.path("age").isIntegralNumber()
                    && json.path("age").asInt(-1) >= 0
                    && json.path("age").asInt(-1) <= 150;
            if (valid) {
                return new Passed(shown(text(answer)));
            }
        } catch (JacksonException e) {
            // Told below.
        }
        return new Failed(
                "an answer does not keep to its JSON Schema",
                shown(text(answer)),
                "check answers against their schema; the server accepts response_format and does not follow it");
    }

    @Override
    public void close() {
        client.close();
    }
}
