package io.stoa.inspect.tokenizer;

import io.stoa.engine.safetensors.BoundedJson;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A {@code tokenizer.json}: the parts by which it could change what was written before the model sees it. See the
 * documentation of Hugging Face's tokenizers for the parts.
 */
public final class TokenizerFile {
    private static final String REMEDY = "Use the base model's tokenizer.";
    private static final int DEEPEST = 12;

    /** What SentencePiece and BERT write for white space and quotes; replacing these loses no word. */
    private static final Set<String> HARMLESS =
            Set.of(" ", "▁", "", "``", "''", "\"", "'", "\n", "\u00a0", "#", "##", "</w>");

    private final JsonNode json;
    private final Notes notes;
    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final Set<String> added = new HashSet<>();
    private final Set<String> special = new HashSet<>();

    private TokenizerFile(JsonNode json, Notes notes) {
        this.json = json;
        this.notes = notes;
    }

    /** Notes what a file does to texts, and how it differs from a base's. */
    public static void examine(Path file, Optional<Path> base, Notes notes) {
        JsonNode json;
        try {
            json = BoundedJson.read(file);
        } catch (StoaException e) {
            notes.fail(Check.TOKENIZER, "", e.sentence());
            return;
        }
        TokenizerFile tokenizer = new TokenizerFile(json, notes);
        tokenizer.examine();
        base.ifPresent(other -> tokenizer.against(other));
    }

    private void examine() {
        vocabulary();
        addedTokens();
        parts(json.path("normalizer"), "normalizer", 0);
        parts(json.path("pre_tokenizer"), "pre_tokenizer", 0);
        parts(json.path("decoder"), "decoder", 0);
        postProcessor(json.path("post_processor"), 0);
        merges();
        notes.passIfClean(
                Check.TOKENIZER, vocabulary.size() + " tokens; no part rewrites words, shadows them or adds any.");
    }

    private void vocabulary() {
        JsonNode vocab = json.path("model").path("vocab");
        Map<Integer, String> byId = new HashMap<>();
        if (vocab.isObject()) {
            for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
                JsonNode id = entry.getValue();
                if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() > 1 << 22) {
                    notes.fail(
                            Check.TOKENIZER,
                            Shown.quoted(entry.getKey()),
                            "The token's id is impossible: " + id + ".",
                            REMEDY);
                    continue;
                }
                vocabulary.put(entry.getKey(), id.intValue());
                String twin = byId.putIfAbsent(id.intValue(), entry.getKey());
                if (twin != null) {
                    notes.fail(
                            Check.TOKENIZER,
                            "id " + id,
                            "Two tokens have this id, " + Shown.quoted(twin) + " and " + Shown.quoted(entry.getKey())
                                    + ": one is read as the other.",
                            REMEDY);
                }
            }
        } else if (vocab.isArray()) {
            int id = 0;
            for (JsonNode pair : vocab) {
                String token = pair.path(0).asString("");
                if (vocabulary.put(token, id) != null) {
                    notes.fail(
                            Check.TOKENIZER,
                            "id " + id,
                            "The token " + Shown.quoted(token) + " is there twice.",
                            REMEDY);
                }
                id++;
            }
        } else {
            notes.notTested(Check.TOKENIZER, "The tokenizer has no vocabulary of a known form.", REMEDY);
        }
        vocabulary.keySet().forEach(token -> {
            if (token.indexOf(0x1b) >= 0 || token.codePoints().anyMatch(point -> point >= 0x202A && point <= 0x202E)) {
                notes.lead(
                        Check.TOKENIZER, Shown.quoted(token), "The token has control or direction characters.", REMEDY);
            }
        });
    }

    private void addedTokens() {
        for (JsonNode token : json.path("added_tokens")) {
            String content = token.path("content").asString("");
            int id = token.path("id").asInt(-1);
            boolean isSpecial = token.path("special").asBoolean(false);
            added.add(content);
            if (isSpecial) {
                special.add(content);
            }
            Integer known = vocabulary.get(content);
            if (known != null && known != id) {
                notes.fail(
                        Check.TOKENIZER,
                        Shown.quoted(content),
                        "The added token has the id " + id + ", the vocabulary's " + known + ".",
                        REMEDY);
            }
            AddedToken.shape(content, isSpecial)
                    .ifPresent(wrong -> notes.lead(Check.TOKENIZER, Shown.quoted(content), wrong, REMEDY));
        }
        Map<Integer, String> byId = new HashMap<>();
        vocabulary.forEach((token, id) -> byId.put(id, token));
        for (JsonNode token : json.path("added_tokens")) {
            String content = token.path("content").asString("");
            String there = byId.get(token.path("id").asInt(-1));
            if (there != null && !there.equals(content)) {
                notes.fail(
                        Check.TOKENIZER,
                        Shown.quoted(content),
                        "The added token takes the id of " + Shown.quoted(there) + ": it is read as that.",
                        REMEDY);
            }
        }
    }

    /** Normalizers, pre-tokenizers and decoders, in sequences of sequences. */
    private void parts(JsonNode part, String place, int depth) {
        if (depth > DEEPEST || part.isMissingNode() || part.isNull()) {
            return;
        }
        String type = part.path("type").asString("");
        switch (type) {
            case "Sequence" -> {
                for (String name : new String[] {"normalizers", "pretokenizers", "decoders"}) {
                    part.path(name).forEach(inner -> parts(inner, place, depth + 1));
                }
            }
            case "Replace" -> replacing(part, place);
            case "Prepend" -> {
                String text = part.path("prepend").asString("");
                if (!HARMLESS.contains(text)) {
                    notes.fail(Check.TOKENIZER, place, "It puts " + Shown.quoted(text) + " before every text.", REMEDY);
                }
            }
            case "Precompiled" ->
                notes.notTested(
                        Check.TOKENIZER,
                        "The normalizer is a compiled table (Precompiled), which was not examined.",
                        "Compare its text with the base's (--base).");
            case "Strip",
                    "Lowercase",
                    "NFC",
                    "NFD",
                    "NFKC",
                    "NFKD",
                    "Nmt",
                    "StripAccents",
                    "BertNormalizer",
                    "ByteLevel",
                    "Metaspace",
                    "Split",
                    "Whitespace",
                    "WhitespaceSplit",
                    "Punctuation",
                    "Digits",
                    "BertPreTokenizer",
                    "CharDelimiterSplit",
                    "UnicodeScripts",
                    "FixedLength",
                    "WordPiece",
                    "BPEDecoder",
                    "ByteFallback",
                    "Fuse",
                    "CTC" -> removing(part, type, place);
            default ->
                notes.notTested(
                        Check.TOKENIZER,
                        "The " + place + " has a part of the unknown type " + Shown.quoted(type) + ".",
                        "Compare it with the base's (--base).");
        }
    }

    private void removing(JsonNode part, String type, String place) {
        boolean removes = type.equals("Split")
                && part.path("behavior").asString("").equals("Removed")
                && part.path("pattern").path("String").asString("").codePoints().anyMatch(Character::isLetter);
        if (removes) {
            notes.fail(
                    Check.TOKENIZER,
                    place,
                    "It removes "
                            + Shown.quoted(part.path("pattern").path("String").asString("")) + " from texts.",
                    REMEDY);
        }
    }

    private void replacing(JsonNode part, String place) {
        String content = part.path("content").asString("");
        String literal = part.path("pattern").path("String").asString("");
        String expression = part.path("pattern").path("Regex").asString("");
        String from = literal.isEmpty() ? expression : literal;
        boolean space = literal.isEmpty()
                && expression
                        .replaceAll("\\\\[nrtsS]|\\{[0-9,]*\\}|[\\[\\]{}+*?^$|().0-9, -]", "")
                        .codePoints()
                        .noneMatch(Character::isLetter);
        boolean harmless = HARMLESS.contains(content) && (HARMLESS.contains(from) || space);
        boolean letters = content.codePoints().anyMatch(Character::isLetterOrDigit)
                || literal.codePoints().anyMatch(Character::isLetterOrDigit)
                || (literal.isEmpty() && !space);
        if (letters) {
            notes.fail(
                    Check.TOKENIZER,
                    place,
                    "It replaces " + Shown.quoted(from) + " by " + Shown.quoted(content) + ".",
                    REMEDY);
        } else if (!harmless) {
            notes.lead(
                    Check.TOKENIZER,
                    place,
                    "It replaces " + Shown.quoted(from) + " by " + Shown.quoted(content) + ", which is not usual.",
                    REMEDY);
        }
    }

    /** What is put around every text must be special tokens. */
    private void postProcessor(JsonNode part, int depth) {
        if (depth > DEEPEST) {
            return;
        }
        part.path("processors").forEach(inner -> postProcessor(inner, depth + 1));
        Set<String> tokens = new HashSet<>();
        for (String name : new String[] {"single", "pair"}) {
            part.path(name).forEach(piece -> {
                String id = piece.path("SpecialToken").path("id").asString("");
                if (!id.isEmpty()) {
                    tokens.add(id);
                }
            });
        }
        for (Map.Entry<String, JsonNode> entry : part.path("special_tokens").properties()) {
            tokens.add(entry.getKey());
            entry.getValue().path("tokens").forEach(token -> tokens.add(token.asString("")));
            int ids = entry.getValue().path("ids").size();
            if (ids > 2) {
                notes.fail(
                        Check.TOKENIZER, "post_processor", "It adds " + ids + " tokens to every text at once.", REMEDY);
            }
        }
        for (String token : tokens) {
            if (!special.contains(token)) {
                notes.fail(
                        Check.TOKENIZER,
                        "post_processor",
                        "It adds " + Shown.quoted(token) + " to every text, which is no special token.",
                        REMEDY);
            }
        }
    }

    private void merges() {
        JsonNode merges = json.path("model").path("merges");
        int unknown = 0;
        int at = 0;
        int falling = 0;
        String first = "";
        String firstFalling = "";
        int last = -1;
        Set<String> seen = new HashSet<>();
        for (JsonNode merge : merges) {
            String whole = merge.isArray()
                    ? merge.path(0).asString("") + " " + merge.path(1).asString("")
                    : merge.asString("");
            int space = whole.indexOf(' ', 1);
            String result = space < 0 ? whole : whole.substring(0, space) + whole.substring(space + 1);
            Integer id = vocabulary.get(result);
            if (space < 0 || id == null || !seen.add(whole)) {
                unknown++;
                first = first.isEmpty() ? whole : first;
            } else {
                if (id < last) {
                    falling++;
                    firstFalling = firstFalling.isEmpty() ? result : firstFalling;
                }
                last = id;
            }
            at++;
        }
        if (unknown > 0) {
            notes.fail(
                    Check.TOKENIZER,
                    "merges",
                    unknown + " of " + at + " merges make no token or are there twice, such as " + Shown.quoted(first)
                            + ".",
                    REMEDY);
        }
        if (falling > 0 && falling * 50L < at) {
            notes.lead(
                    Check.TOKENIZER,
                    "merges",
                    "Tokens are numbered in the order of their merges but for " + falling + ", such as "
                            + Shown.quoted(firstFalling) + ": were ids exchanged?",
                    REMEDY);
        }
    }

    private void against(Path base) {
        JsonNode other;
        try {
            other = BoundedJson.read(base);
        } catch (StoaException e) {
            notes.notTested(Check.TOKENIZER_BASE, "The base's tokenizer cannot be read.", "Check " + base + ".");
            return;
        }
        TokenizerFile theirs = new TokenizerFile(other, new Notes("base"));
        theirs.vocabulary();
        TokenDifference.examine(vocabulary, theirs.vocabulary, notes);
        for (String part : new String[] {"normalizer", "pre_tokenizer", "decoder", "post_processor"}) {
            if (!json.path(part).equals(other.path(part))) {
                notes.fail(Check.TOKENIZER_BASE, part, "It is another than the base's.", REMEDY);
            }
        }
        if (!json.path("model").path("merges").equals(other.path("model").path("merges"))) {
            notes.fail(Check.TOKENIZER_BASE, "merges", "They are others than the base's.", REMEDY);
        }
        notes.passIfClean(Check.TOKENIZER_BASE, "Vocabulary, merges and parts are the base's.");
    }
}
