package io.stoa.inspect.tokenizer;

import java.util.Optional;

/** How tokens look that are matched before any others. */
final class AddedToken {
    private AddedToken() {}

    /** What is odd about one. */
    static Optional<String> shape(String content, boolean special) {
        boolean mark = looksSpecial(content);
        boolean word = content.codePoints().filter(Character::isLetter).count() >= 3;
        if (special && !mark && word) {
            return Optional.of("The word is a special token: it is taken out of texts, and never printed.");
        }
        if (!special && !mark && content.strip().contains(" ") && word) {
            return Optional.of("Several words are one added token, which shadows how they are read otherwise.");
        }
        if (!special && !mark && word) {
            return Optional.of("The word is an added token, which shadows how it is read otherwise.");
        }
        return Optional.empty();
    }

    /** Whether a text is written as control tokens are: in brackets of some kind. */
    static boolean looksSpecial(String content) {
        String text = content.strip();
        return text.matches("(?s)[<\\[{|｜_▁].*[>\\]}|｜_▁]") || text.matches("<\\|.*") || text.matches(".*\\|>");
    }
}
