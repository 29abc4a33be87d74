package io.stoa.engine.gguf;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Checks a file's tokenizer against itself. In llama.cpp v0.5.0 ({@code llama_vocab::impl::load}) a token that occurs
 * twice aborts the process, a byte token of another form or a byte without a token throws through the C API (which
 * ends the process, too), and a special token outside the vocabulary is silently replaced by a default.
 */
final class Vocabulary {
    private static final String PREFIX = "tokenizer.ggml.";

    /** The tokenizers of llama.cpp for natural language, with the id of the token at the begin that each takes by itself. */
    private static final Map<String, OptionalInt> TOKENIZERS = Map.of(
            "llama", OptionalInt.of(1),
            "gpt2", OptionalInt.of(11),
            "bert", OptionalInt.of(101),
            "t5", OptionalInt.empty(),
            "rwkv", OptionalInt.empty(),
            "plamo2", OptionalInt.of(1),
            "gemma4", OptionalInt.empty());

    /** Tokenizers that merge pairs; without merges they cannot be loaded. */
    private static final Set<String> MERGING = Set.of("gpt2", "gemma4");

    /** Every default id of a special token is below it, so that none points outside. Real vocabularies have 256 and more. */
    private static final int LEAST_TOKENS = 128;

    private static final int MOST_TOKENS = 1 << 22;
    /** In characters. llama.cpp walks tokens recursively, so long ones overflow the stack; the longest known have 128. */
    private static final int LONGEST_TOKEN = 1_024;

    /** LLAMA_TOKEN_TYPE_BYTE, the last of the types that a token may have. */
    private static final long BYTE = 6;

    private final GgufHeader header;
    private final Refusal refusal;
    private final String model;
    private final List<GgufValue> tokens;

    private Vocabulary(GgufHeader header, Refusal refusal) {
        this.header = header;
        this.refusal = refusal;
        this.model = header.string(PREFIX + "model")
                .orElseThrow(
                        () -> refusal.because("has no tokenizer (tokenizer.ggml.model)", "convert the model again"));
        if (!TOKENIZERS.containsKey(model)) {
            throw refusal.because(
                    "has the tokenizer \"" + Refusal.shortened(model) + "\", not one of "
                            + TOKENIZERS.keySet().stream().sorted().toList(),
                    "convert the model again");
        }
        this.tokens = header.array(PREFIX + "tokens")
                .orElseThrow(
                        () -> refusal.because("has no vocabulary (tokenizer.ggml.tokens)", "convert the model again"));
    }

    static void check(GgufHeader header, Refusal refusal) {
        new Vocabulary(header, refusal).check();
    }

    private void check() {
        if (tokens.size() < LEAST_TOKENS || tokens.size() > MOST_TOKENS) {
            throw refusal.because(
                    "has a vocabulary of " + tokens.size() + " tokens, not " + LEAST_TOKENS + " to " + MOST_TOKENS);
        }
        Map<String, Integer> ids = distinctTokens();
        checkScores();
        checkTypes();
        checkBytes(ids);
        checkMerges();
        checkSpecialTokens();
        GgufValue template = header.metadata().get("tokenizer.chat_template");
        if (template != null && !(template instanceof GgufValue.Text)) {
            throw refusal.because("tokenizer.chat_template is " + Refusal.shown(template) + ", not a text");
        }
    }

    private Map<String, Integer> distinctTokens() {
        Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            if (!(tokens.get(id) instanceof GgufValue.Text(String text))) {
                throw refusal.because("token " + id + " is " + Refusal.shown(tokens.get(id)) + ", not a text");
            }
            if (text.length() > LONGEST_TOKEN) {
                throw refusal.because("token " + id + " is " + text.length() + " characters long");
            }
            // llama.cpp reads a token up to its first zero, names empty ones like this, and then wants all to differ.
            int zero = text.indexOf(0);
            String name = zero < 0 ? text : text.substring(0, zero);
            Integer twin = ids.putIfAbsent(name.isEmpty() ? "[EMPTY_" + id + "]" : name, id);
            if (twin != null) {
                throw refusal.because(
                        "tokens " + twin + " and " + id + " are both \"" + Refusal.shortened(text) + "\"");
            }
        }
        return ids;
    }

    private void checkScores() {
        List<GgufValue> scores = perToken("scores");
        for (int id = 0; id < scores.size(); id++) {
            boolean number = switch (scores.get(id)) {
                case GgufValue.Real(double score) -> !Double.isNaN(score);
                case GgufValue.Whole whole -> true;
                case GgufValue.Truth truth -> false;
                case GgufValue.Text text -> false;
                case GgufValue.Array array -> false;
            };
            if (!number) {
                throw refusal.because("token " + id + " has the score " + Refusal.shown(scores.get(id)));
            }
        }
    }

    private void checkTypes() {
        List<GgufValue> types = perToken("token_type");
        for (int id = 0; id < types.size(); id++) {
            if (!(types.get(id) instanceof GgufValue.Whole(long type)) || type < 0 || type > BYTE) {
                throw refusal.because(
                        "token " + id + " has the type " + Refusal.shown(types.get(id)) + ", not 0 to " + BYTE);
            }
            if (type == BYTE && !isByteToken(id)) {
                throw refusal.because("token " + id + " (" + Refusal.shown(tokens.get(id))
                        + ") is of the type byte, but not written like <0x0A>, or in a tokenizer without such tokens");
            }
        }
    }

    /** SentencePiece falls back to bytes, so each byte needs a token; a missing one ends the process when it is needed. */
    private void checkBytes(Map<String, Integer> ids) {
        if (!model.equals("llama")) {
            return;
        }
        for (int b = 0; b < 256; b++) {
            boolean known = ids.containsKey(String.format(Locale.ROOT, "<0x%02X>", b))
                    || (b > 0 && b < 128 && ids.containsKey(String.valueOf((char) b)));
            if (!known) {
                throw refusal.because(
                        "has no token for the byte " + b + ", which its tokenizer falls back to",
                        "convert the model again");
            }
        }
    }

    private void checkMerges() {
        GgufValue merges = header.metadata().get(PREFIX + "merges");
        if (merges == null) {
            boolean needed = MERGING.contains(model)
                    && !header.string(PREFIX + "pre").orElse("").equals("kimi-k2");
            if (needed) {
                throw refusal.because("has a " + model + " tokenizer without merges", "convert the model again");
            }
            return;
        }
        if (!(merges instanceof GgufValue.Array(List<GgufValue> values))) {
            throw refusal.because("tokenizer.ggml.merges is " + Refusal.shown(merges) + ", not an array of texts");
        }
        for (int i = 0; i < values.size(); i++) {
            if (!(values.get(i) instanceof GgufValue.Text(String merge)) || merge.indexOf(' ', 1) < 0) {
                throw refusal.because(
                        "merge " + i + " is " + Refusal.shown(values.get(i)) + ", not two texts with a space between");
            }
        }
    }

    private void checkSpecialTokens() {
        header.metadata().forEach((key, value) -> {
            boolean id = key.startsWith(PREFIX) && key.endsWith("_token_id");
            if (id && !(value instanceof GgufValue.Whole(long token) && token >= 0 && token < tokens.size())) {
                throw refusal.because(key + " is " + Refusal.shown(value) + ", but the vocabulary has the tokens 0 to "
                        + (tokens.size() - 1));
            }
        });
        OptionalInt usualBegin = TOKENIZERS.getOrDefault(model, OptionalInt.empty());
        if (isTrue("add_bos_token")
                && usualBegin.isEmpty()
                && !header.metadata().containsKey(PREFIX + "bos_token_id")) {
            throw refusal.because(
                    "adds a token at the begin (add_bos_token), but has no bos_token_id", "convert the model again");
        }
        if (isTrue("add_eos_token") && !header.metadata().containsKey(PREFIX + "eos_token_id")) {
            throw refusal.because(
                    "adds a token at the end (add_eos_token), but has no eos_token_id", "convert the model again");
        }
    }

    private boolean isTrue(String name) {
        return header.integer(PREFIX + name).orElse(0) != 0;
    }

    /** An array with one value a token, or an empty one when the key is missing. */
    private List<GgufValue> perToken(String name) {
        return switch (header.metadata().get(PREFIX + name)) {
            case null -> List.of();
            case GgufValue.Array(List<GgufValue> values) when values.size() == tokens.size() -> values;
            case GgufValue value ->
                throw refusal.because(
                        PREFIX + name + " is " + Refusal.shown(value) + " for " + tokens.size() + " tokens");
        };
    }

    private boolean isByteToken(int id) {
        return !model.equals("bert")
                && !model.equals("rwkv")
                && tokens.get(id) instanceof GgufValue.Text(String text)
                && text.matches("<0x[0-9A-Fa-f]{2}>");
    }
}
