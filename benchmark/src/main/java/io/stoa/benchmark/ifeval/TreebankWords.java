package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The words of a sentence, cut as the Penn Treebank does and NLTK's {@code NLTKWordTokenizer} after it: clitics are words
 * ({@code IT 'S}), hyphens join. Marks that stand alone are dropped where NLTK gives them back as words; nothing else
 * differs.
 */
final class TreebankWords {
    private static final String WORD = "[\\p{L}\\p{N}_]";

    /** In order: later rules meet the spaces of earlier ones. */
    private static final List<Rule> RULES = List.of(
            new Rule("[«“‘„`]", " "),
            new Rule("^\"", " "),
            new Rule("([ (\\[{<])(?:\"|'')", "$1  "),
            new Rule("(?i)(?<!" + WORD + ")'(?!(?:re|ve|ll|[mtsdn])(?!" + WORD + "))(?=" + WORD + ")", "' "),
            new Rule("([^.])\\.([\\])}>\"'»”’ ]*+)\\s*+$", "$1 . $2 "),
            new Rule("([:,])(\\P{Nd})", " $1 $2"),
            new Rule("[:,]$|\\.{2,}|[;@#$%&?!\u2012-\u2015]", " "),
            new Rule("([^'])' ", "$1 ' "),
            new Rule("[*\\]\\[(){}<>]|--", " "),
            new Rule("^|$", " "),
            new Rule("''|[»”’\"]", " "),
            new Rule("[\\s\\x1c-\\x1f]+", " "),
            new Rule("([^' ])('[sSmMdD]?) ", "$1 $2 "),
            new Rule("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "),
            new Rule(
                    "(?i)(?<!" + WORD + ")(can(?=not)|d(?='ye)|gim(?=me)|gon(?=na)|got(?=ta)|lem(?=me)|more(?='n))"
                            + "(not|'ye|me|na|ta|'n)(?!" + WORD + ")",
                    " $1 $2 "),
            new Rule("(?i)(?<!" + WORD + ")(wan)(na)(?= )", " $1 $2 "),
            new Rule("(?i) ('t)(is|was)(?!" + WORD + ")", " $1 $2 "));

    private TreebankWords() {}

    static List<String> of(String sentence) {
        String cut = sentence;
        for (Rule rule : RULES) {
            cut = rule.pattern.matcher(cut).replaceAll(rule.replacement);
        }
        return Words.of(cut);
    }

    private record Rule(Pattern pattern, String replacement) {
        Rule(String expression, String replacement) {
            this(Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES), replacement);
        }
    }
}
