package io.stoa.benchmark.ifeval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.stoa.model.StoaException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class InstructionTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static InstructionList one(String id, String arguments) {
        return InstructionList.of(json("['" + id + "']"), json("[" + arguments + "]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            length_constraints:number_word      | {}                                     | length_constraints:number_words?
            number_bullet_list                  | {}                                     | detectable_format:number_bullet_lists?
            keywords:key_sentences              | {}                                     | did you mean keywords:
            length_constraints:number_words     | {'relation':'at least'}                | needs num_words
            length_constraints:number_words     | {'relation':'at least','num_words':0}  | needs num_words
            length_constraints:number_words     | {'relation':null,'num_words':3}        | needs relation
            length_constraints:number_words     | {'relation':'at most','num_words':3}   | 'less than'
            length_constraints:number_words     | {'relation':'at least','num_words':-3} | num_words is -3
            length_constraints:number_words     | {'relation':'at least','num_words':2.5}| num_words is 2.5
            length_constraints:number_words     | {'relation':'at least','num_words':1e40}| whole number
            length_constraints:number_words     | {'relation':'at least','num_words':'3'}| whole number
            punctuation:no_comma                | {'num_words':3}                        | takes no arguments, not num_words
            startend:end_checker                | {'end_phrase':'x','prompt':'y'}        | takes end_phrase, not prompt
            startend:end_checker                | []                                     | write an object
            keywords:existence                  | {'keywords':'river'}                   | a list of texts
            keywords:existence                  | {'keywords':['a', 3]}                  | a list of texts
            keywords:existence                  | {'keywords':['a(b']}                   | a(b
            keywords:letter_frequency           | {'letter':'ab','let_relation':'at least','let_frequency':1} | one character
            language:response_language          | {'language':'eo'}                      | no language 'eo'
            length_constraints:nth_paragraph_first_word | {'num_paragraphs':2,'nth_paragraph':3,'first_word':'a'} | no paragraph 3 of 2
            """)
    void refusesByName(String id, String arguments, String message) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> one(id, arguments))
                .withMessageContaining(message.replace('\'', '"'))
                .matches(e -> e.kind() == StoaException.Kind.USER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[] []", "['a:b'] []", "{} {}", "[3] [{}]"})
    void refusesWhatAreNoTwoLists(String lists) {
        String[] two = lists.split(" ", 2);
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> InstructionList.of(json(two[0]), json(two[1])))
                .withMessageContaining("instruction_id_list");
        assertThatIllegalArgumentException().isThrownBy(() -> new InstructionList(List.of()));
    }

    @Test
    void absentArgumentsDoNotMatter() {
        InstructionList noComma = one("punctuation:no_comma", "{'num_words':null,'keywords':[],'relation':'','n':0}");
        assertThat(noComma.check("a b").strict()).containsExactly(true);
    }

    @Test
    void aLetterMayBeAnyCharacter() {
        InstructionList marks =
                one("keywords:letter_frequency", "{'letter':'!','let_relation':'at least','let_frequency':2}");
        assertThat(marks.check("oh! no!").strict()).containsExactly(true);
        assertThat(marks.check("oh! no").strict()).containsExactly(false);
    }

    @Test
    void followedLooselyButNotStrictly() {
        InstructionList list =
                InstructionList.of(json("['startend:quotation','punctuation:no_comma']"), json("[{},{}]"));
        InstructionList.Followed followed = list.check("Well, here it is:\n\"So be it.\"");
        assertThat(followed.strict()).containsExactly(false, false);
        assertThat(followed.loose()).containsExactly(true, true);
        assertThat(followed.allStrictly()).isFalse();
        assertThat(followed.allLoosely()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"json\n12",
                "\"a\tb\"",
                "[1,]",
                "{\"a\"}",
                "{1:2}",
                "01",
                "1.",
                "-",
                "\"\\u12\"",
                "\"\\x\"",
                "[1 2]",
                "]"
            })
    void isNoJson(String text) {
        assertThat(one("detectable_format:json_format", "{}").check(text).strict())
                .containsExactly(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"12", "-Infinity", "[NaN, {}]", "{\"a\": [\"\\ud800\\n\", -0.5e+3]}", "```json\n[]\n```"})
    void isJson(String text) {
        assertThat(one("detectable_format:json_format", "{}").check(text).strict())
                .containsExactly(true);
    }

    @Test
    void jsonMayBeDeep() {
        String deep = "[".repeat(200_000) + "]".repeat(200_000);
        assertThat(one("detectable_format:json_format", "{}").check(deep).strict())
                .containsExactly(true);
    }

    /** The harness's own decisions on these would take it long, or end it. */
    @ParameterizedTest
    @EnumSource
    void hostileAnswersTakeLittleTime(InstructionKind kind) {
        Instruction instruction = Instruction.of(kind.id(), arguments(kind));
        int length = 100_000;
        // What is read at first use is no part of the measured time.
        instruction.isFollowedBy("A river.");
        for (String part : List.of(
                " ",
                "\n",
                "*",
                "\n*",
                "- ",
                "[",
                "<<",
                "<<a",
                "'",
                "\"",
                ".",
                ". ",
                ".\u00a0",
                "a.",
                "A.!",
                "--",
                "{\"a\":[",
                "[[",
                "P. ",
                "a",
                "A ",
                "'S ",
                "\t",
                "```",
                "=\u0301",
                "你",
                "n't ",
                "A'S' ",
                "x@",
                "\\")) {
            String answer = part.repeat(length / part.length()) + "x";
            // Of this thread alone: how busy the machine is does not count.
            long start = cpu();
            instruction.isFollowedBy(answer);
            assertThat(Duration.ofNanos(cpu() - start))
                    .as(kind.id() + " on many " + part)
                    .isLessThan(Duration.ofSeconds(10));
        }
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Test
    void anExpressionThatNeverEndsIsRefused() {
        InstructionList list = one("keywords:existence", "{'keywords':['(a+)+b']}");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> list.check("a".repeat(100_000)))
                .withMessageContaining("(a+)+b");
    }

    private static JsonNode arguments(InstructionKind kind) {
        return json(
                switch (kind) {
                    case KEYWORDS_EXISTENCE -> "{'keywords':['river']}";
                    case KEYWORDS_FREQUENCY -> "{'keyword':'river','relation':'at least','frequency':2}";
                    case KEYWORDS_FORBIDDEN -> "{'forbidden_words':['river']}";
                    case LETTER_FREQUENCY -> "{'letter':'q','let_relation':'at least','let_frequency':2}";
                    case RESPONSE_LANGUAGE -> "{'language':'sw'}";
                    case NUMBER_SENTENCES -> "{'relation':'at least','num_sentences':2}";
                    case NUMBER_PARAGRAPHS -> "{'num_paragraphs':2}";
                    case NUMBER_WORDS -> "{'relation':'at least','num_words':2}";
                    case NTH_PARAGRAPH_FIRST_WORD -> "{'num_paragraphs':2,'nth_paragraph':1,'first_word':'a'}";
                    case NUMBER_PLACEHOLDERS -> "{'num_placeholders':2}";
                    case POSTSCRIPT -> "{'postscript_marker':'P.S.'}";
                    case NUMBER_BULLETS -> "{'num_bullets':2}";
                    case NUMBER_HIGHLIGHTS -> "{'num_highlights':2}";
                    case MULTIPLE_SECTIONS -> "{'section_spliter':'Section','num_sections':2}";
                    case REPEAT_PROMPT -> "{'prompt_to_repeat':'river'}";
                    case END_CHECKER -> "{'end_phrase':'river'}";
                    case CAPITAL_WORD_FREQUENCY -> "{'capital_relation':'at least','capital_frequency':2}";
                    case CONSTRAINED_RESPONSE,
                            JSON_FORMAT,
                            TITLE,
                            TWO_RESPONSES,
                            ENGLISH_CAPITAL,
                            ENGLISH_LOWERCASE,
                            NO_COMMA,
                            QUOTATION -> "{}";
                });
    }
}
