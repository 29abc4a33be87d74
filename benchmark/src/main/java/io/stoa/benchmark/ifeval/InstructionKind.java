package io.stoa.benchmark.ifeval;

import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.Comparator;

/** The 25 kinds of instructions, by the names that the data sets call them. */
public enum InstructionKind {
    KEYWORDS_EXISTENCE("keywords:existence"),
    KEYWORDS_FREQUENCY("keywords:frequency"),
    KEYWORDS_FORBIDDEN("keywords:forbidden_words"),
    LETTER_FREQUENCY("keywords:letter_frequency"),
    RESPONSE_LANGUAGE("language:response_language"),
    NUMBER_SENTENCES("length_constraints:number_sentences"),
    NUMBER_PARAGRAPHS("length_constraints:number_paragraphs"),
    NUMBER_WORDS("length_constraints:number_words"),
    NTH_PARAGRAPH_FIRST_WORD("length_constraints:nth_paragraph_first_word"),
    NUMBER_PLACEHOLDERS("detectable_content:number_placeholders"),
    POSTSCRIPT("detectable_content:postscript"),
    NUMBER_BULLETS("detectable_format:number_bullet_lists"),
    CONSTRAINED_RESPONSE("detectable_format:constrained_response"),
    NUMBER_HIGHLIGHTS("detectable_format:number_highlighted_sections"),
    MULTIPLE_SECTIONS("detectable_format:multiple_sections"),
    JSON_FORMAT("detectable_format:json_format"),
    TITLE("detectable_format:title"),
    TWO_RESPONSES("combination:two_responses"),
    REPEAT_PROMPT("combination:repeat_prompt"),
    END_CHECKER("startend:end_checker"),
    CAPITAL_WORD_FREQUENCY("change_case:capital_word_frequency"),
    ENGLISH_CAPITAL("change_case:english_capital"),
    ENGLISH_LOWERCASE("change_case:english_lowercase"),
    NO_COMMA("punctuation:no_comma"),
    QUOTATION("startend:quotation");

    private final String id;

    InstructionKind(String id) {
        this.id = id;
    }

    /** The group and the name, for example {@code keywords:existence}. */
    public String id() {
        return id;
    }

    /**
     * The kind of that name.
     *
     * @throws StoaException (USER) naming the nearest kind when there is none
     */
    public static InstructionKind of(String id) {
        for (InstructionKind kind : values()) {
            if (kind.id.equals(id)) {
                return kind;
            }
        }
        String shown = id.length() > 80 ? id.substring(0, 80) + "…" : id;
        String nearest = Arrays.stream(values())
                .map(InstructionKind::id)
                .min(Comparator.comparingInt(known ->
                        Math.min(distance(known, shown), distance(known.substring(known.indexOf(':') + 1), shown))))
                .orElseThrow();
        throw StoaException.user("there is no instruction " + shown + "; did you mean " + nearest + "?");
    }

    Instruction instruction(Arguments arguments) {
        return switch (this) {
            case KEYWORDS_EXISTENCE -> KeywordInstruction.Existence.of(arguments.texts("keywords"));
            case KEYWORDS_FREQUENCY ->
                KeywordInstruction.Frequency.of(
                        arguments.text("keyword"), arguments.relation("relation"), arguments.count("frequency"));
            case KEYWORDS_FORBIDDEN -> KeywordInstruction.Forbidden.of(arguments.texts("forbidden_words"));
            case LETTER_FREQUENCY ->
                KeywordInstruction.LetterFrequency.of(
                        arguments.text("letter"), arguments.relation("let_relation"), arguments.count("let_frequency"));
            case RESPONSE_LANGUAGE -> new WholeInstruction.Language(arguments.text("language"));
            case NUMBER_SENTENCES ->
                new LengthInstruction.Sentences(arguments.relation("relation"), arguments.count("num_sentences"));
            case NUMBER_PARAGRAPHS -> new LengthInstruction.Paragraphs(arguments.count("num_paragraphs"));
            case NUMBER_WORDS ->
                new LengthInstruction.WordCount(arguments.relation("relation"), arguments.count("num_words"));
            case NTH_PARAGRAPH_FIRST_WORD ->
                LengthInstruction.FirstWord.of(
                        arguments.count("num_paragraphs"),
                        arguments.count("nth_paragraph"),
                        arguments.text("first_word"));
            case NUMBER_PLACEHOLDERS -> new ContentInstruction.Placeholders(arguments.count("num_placeholders"));
            case POSTSCRIPT -> ContentInstruction.Postscript.of(arguments.text("postscript_marker"));
            case NUMBER_BULLETS -> new FormatInstruction.Bullets(arguments.count("num_bullets"));
            case CONSTRAINED_RESPONSE -> new ContentInstruction.ConstrainedResponse();
            case NUMBER_HIGHLIGHTS -> new FormatInstruction.Highlights(arguments.count("num_highlights"));
            case MULTIPLE_SECTIONS ->
                FormatInstruction.Sections.of(arguments.text("section_spliter"), arguments.count("num_sections"));
            case JSON_FORMAT -> new FormatInstruction.Json();
            case TITLE -> new FormatInstruction.Title();
            case TWO_RESPONSES -> new ContentInstruction.TwoResponses();
            case REPEAT_PROMPT -> ContentInstruction.RepeatedPrompt.of(arguments.text("prompt_to_repeat"));
            case END_CHECKER -> WholeInstruction.End.of(arguments.text("end_phrase"));
            case CAPITAL_WORD_FREQUENCY ->
                new WholeInstruction.CapitalWords(
                        arguments.relation("capital_relation"), arguments.count("capital_frequency"));
            case ENGLISH_CAPITAL -> new WholeInstruction.EnglishCapital();
            case ENGLISH_LOWERCASE -> new WholeInstruction.EnglishLowercase();
            case NO_COMMA -> new ContentInstruction.NoComma();
            case QUOTATION -> new WholeInstruction.Quotation();
        };
    }

    /** Levenshtein's. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
