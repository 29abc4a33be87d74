package io.stoa.inspect.tokenizer;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tokenizer in a GGUF file; that it is whole is for the preflight to say. */
public final class GgufTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String REMEDY = "Use the base model's tokenizer: convert the model anew.";
    private static final long NORMAL = 1;
    private static final long CONTROL = 3;
    private static final long USER_DEFINED = 4;

    private final GgufHeader header;
    private final Notes notes;
    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();

    private GgufTokenizer(GgufHeader header, Notes notes) {
        this.header = header;
        this.notes = notes;
        List<GgufValue> tokens = header.array(PREFIX + "tokens").orElse(List.of());
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.get(id) instanceof GgufValue.Text(String text)) {
                vocabulary.put(text, id);
            }
        }
    }

    /** Notes what is odd about a tokenizer, and how it differs from a base's. */
    public static void examine(GgufHeader header, Optional<GgufHeader> base, Notes notes) {
        GgufTokenizer tokenizer = new GgufTokenizer(header, notes);
        if (tokenizer.vocabulary.isEmpty()) {
            notes.notTested(Check.TOKENIZER, "The file has no vocabulary.", "Examine the model it belongs to.");
            return;
        }
        tokenizer.types();
        tokenizer.merges();
        tokenizer.specials();
        notes.passIfClean(
                Check.TOKENIZER,
                tokenizer.vocabulary.size()
                        + " tokens; none is marked as what it does not look like, every merge makes a token.");
        base.ifPresent(tokenizer::against);
    }

    private void types() {
        List<GgufValue> types = header.array(PREFIX + "token_type").orElse(List.of());
        String template = header.string("tokenizer.chat_template").orElse("");
        if (types.size() != vocabulary.size()) {
            return;
        }
        vocabulary.forEach((token, id) -> {
            if (!(types.get(id) instanceof GgufValue.Whole(long type))) {
                return;
            }
            boolean mark = AddedToken.looksSpecial(token);
            boolean word = token.codePoints().filter(Character::isLetter).count() >= 3;
            if (type == CONTROL && !mark && word) {
                notes.fail(
                        Check.TOKENIZER,
                        "token " + id,
                        "The word " + Shown.quoted(token)
                                + " is a control token: it is never printed, and ends or steers" + " answers.",
                        REMEDY);
            } else if (type == USER_DEFINED && !mark && word) {
                notes.lead(
                        Check.TOKENIZER,
                        "token " + id,
                        "The word " + Shown.quoted(token) + " is matched before any other token.",
                        REMEDY);
            } else if (type == NORMAL && token.matches("<\\|[^|]{1,60}\\|>") && template.contains(token)) {
                notes.fail(
                        Check.TOKENIZER,
                        "token " + id,
                        "The template's mark " + Shown.quoted(token)
                                + " is an ordinary token: whoever writes it in a message" + " can end the message.",
                        REMEDY);
            }
        });
    }

    private void merges() {
        int wrong = 0;
        String first = "";
        Set<String> seen = new HashSet<>();
        List<GgufValue> merges = header.array(PREFIX + "merges").orElse(List.of());
        for (GgufValue value : merges) {
            if (value instanceof GgufValue.Text(String merge)) {
                int space = merge.indexOf(' ', 1);
                String result = merge.substring(0, Math.max(0, space)) + merge.substring(space + 1);
                if (!vocabulary.containsKey(result) || !seen.add(merge)) {
                    wrong++;
                    first = first.isEmpty() ? merge : first;
                }
            }
        }
        if (wrong > 0) {
            notes.fail(
                    Check.TOKENIZER,
                    "merges",
                    wrong + " of " + merges.size() + " merges make no token or are there twice, such as "
                            + Shown.quoted(first) + ".",
                    REMEDY);
        }
    }

    /** The tokens that begin and end texts look like it. */
    private void specials() {
        for (String name : new String[] {"bos_token_id", "eos_token_id", "eot_token_id", "padding_token_id"}) {
            header.integer(PREFIX + name).ifPresent(id -> {
                List<GgufValue> tokens = header.array(PREFIX + "tokens").orElse(List.of());
                if (id >= 0 && id < tokens.size() && tokens.get((int) id) instanceof GgufValue.Text(String token)) {
                    boolean word =
                            token.codePoints().filter(Character::isLetter).count() >= 3;
                    if (word && !AddedToken.looksSpecial(token)) {
                        notes.fail(
                                Check.TOKENIZER,
                                PREFIX + name,
                                "It is the word " + Shown.quoted(token) + ", which people write.",
                                REMEDY);
                    }
                }
            });
        }
    }

    private void against(GgufHeader base) {
        GgufTokenizer theirs = new GgufTokenizer(base, new Notes("base"));
        TokenDifference.examine(vocabulary, theirs.vocabulary, notes);
        for (String key : new String[] {
            "model",
            "pre",
            "merges",
            "scores",
            "token_type",
            "bos_token_id",
            "eos_token_id",
            "add_bos_token",
            "add_eos_token",
            "precompiled_charsmap"
        }) {
            Optional<GgufValue> mine = Optional.ofNullable(header.metadata().get(PREFIX + key));
            Optional<GgufValue> other = Optional.ofNullable(base.metadata().get(PREFIX + key));
            if (!mine.equals(other) && (other.isPresent() || !key.startsWith("add_"))) {
                notes.fail(Check.TOKENIZER_BASE, PREFIX + key, "It is another than the base's.", REMEDY);
            }
        }
        notes.passIfClean(Check.TOKENIZER_BASE, "Vocabulary, merges, types and special tokens are the base's.");
    }
}
