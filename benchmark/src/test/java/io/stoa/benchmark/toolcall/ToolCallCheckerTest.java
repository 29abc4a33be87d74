package io.stoa.benchmark.toolcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.engine.chat.ToolCall;
import io.stoa.model.StoaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** The rules, on items of our own. */
class ToolCallCheckerTest {
    private static final ToolCallChecker CHECKER = new ToolCallChecker(ToolCallChecker.FunctionNames.AS_DECLARED);

    /** One function of one parameter. */
    private static ToolCallItem item(ToolCallCategory category, String schema, String allowed) {
        return ToolCallItem.read(
                category,
                "{'id': 'i', 'question': [[{'role': 'user', 'content': 'Go.'}]], 'function': [{'name': 'm.f', 'parameters': "
                                .replace('\'', '"')
                        + "{\"type\": \"dict\", \"properties\": {\"a\": " + schema
                        + "}, \"required\": [\"a\"]}}]}",
                "{\"id\": \"i\", \"ground_truth\": [{\"m.f\": {\"a\": " + allowed + "}}]}");
    }

    private static String fault(ToolCallItem item, AnswerSyntax syntax, String answer) {
        return switch (CHECKER.judge(item, syntax, answer)) {
            case Judgement.Right _ -> "right";
            case Judgement.Wrong(Fault fault, String _) -> fault.bfclName();
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "integer|[5]|5|right",
                "integer|[5]|5.0|type_error:simple",
                "integer|[1]|True|type_error:simple",
                "integer|[5.0]|5.0|right",
                "integer|['n']|n|right",
                "integer|['n']|'N'|value_error:others",
                "float|[5.0]|5|right",
                "float|[5]|5.0|right",
                "float|[5.0]|True|type_error:simple",
                "float|[0.1]|0.3 - 0.2|value_error:others",
                "boolean|[true]|True|right",
                "boolean|[true]|1|type_error:simple",
                "string|['New York, NY']|'new york_ny'|right",
                "string|['it\\u0027s']|'it\"s'|right",
                "string|['a', 'b']|'c'|value_error:string",
                "string|['']|''|right",
                "any|['x']|x|right",
                "any|[3]|3|right",
                "any|[3]|4|value_error:others",
                "dict|[{'k': ['v-1', ''], 'n': [1]}]|{'n': 1}|right",
                "dict|[{'k': ['v-1', ''], 'n': [1]}]|{'n': 1, 'k': 'V 1'}|right",
                "dict|[{'k': ['v'], 'n': [1]}]|{'n': 1}|value_error:dict_key",
                "dict|[{'k': ['v']}]|{'k': 'v', 'x': 1}|value_error:dict_key",
                "dict|[{'k': ['v']}]|{'k': 'w'}|value_error:dict_value",
                "dict|[{'k': ['v']}, {'k': ['w']}]|{'k': 'w'}|right",
                "dict|[{'k': [['v']]}]|{'k': ['V']}|value_error:dict_value",
                "dict|['']|{}|dict_checker:unclear",
                "dict|[{}]|f()|type_error:simple",
                "array string|[['a b', 'c']]|['AB', 'c']|right",
                "array string|[['a', 'b']]|['b', 'a']|value_error:list/tuple",
                "array string|[['a']]|['a', 1]|type_error:nested",
                "array string|[['a']]|('a',)|type_error:simple",
                "array float|[[1.0, 2.5]]|[1, 2.5]|type_error:nested",
                "array float|[[1, 2.5]]|[1, 2.5]|right",
                "array integer|[[1], '']|[]|right",
                "array dict|[[{'k': [1]}, {'k': [2]}]]|[{'k': 1}, {'k': 2}]|right",
                "array dict|[[{'k': [1]}, {'k': [2]}]]|[{'k': 2}, {'k': 1}]|value_error:dict_value",
                "array dict|[[{'k': [1]}]]|[]|value_error:list_dict_count",
                "tuple float|[[1.0, 2.0]]|(1.0, 2.0)|right",
                "tuple float|[[1.0, 2.0]]|[1.0, 2.0]|right",
                "tuple float|[[1.0, 2.0]]|(2.0, 1.0)|value_error:list/tuple"
            })
    void python(String type, String allowed, String value, String fault) {
        String[] parts = type.split(" ", 2);
        String schema = parts.length == 1
                ? "{\"type\": \"" + type + "\"}"
                : "{\"type\": \"" + parts[0] + "\", \"items\": {\"type\": \"" + parts[1] + "\"}}";
        ToolCallItem item = item(ToolCallCategory.SIMPLE_PYTHON, schema, allowed.replace('\'', '"'));
        assertThat(fault(item, AnswerSyntax.PYTHON, "[m.f(a=" + value + ")]")).isEqualTo(fault);
    }

    @Test
    void sourceMustBeText() {
        ToolCallItem java = item(ToolCallCategory.SIMPLE_JAVA, "{\"type\": \"long\"}", "[5]");
        assertThat(fault(java, AnswerSyntax.JAVA, "[m.f(a=5L)]")).isEqualTo("right");
        assertThat(fault(java, AnswerSyntax.JAVA, "[m.f(a=5)]")).isEqualTo("type_error:simple");
        assertThat(fault(java, AnswerSyntax.JSON, "[{\"name\": \"m.f\", \"arguments\": {\"a\": \"5L\"}}]"))
                .isEqualTo("right");
        assertThat(fault(java, AnswerSyntax.JSON, "[{\"name\": \"m.f\", \"arguments\": {\"a\": 5}}]"))
                .isEqualTo("type_error:java");
        ToolCallItem javaScript = item(ToolCallCategory.SIMPLE_JAVASCRIPT, "{\"type\": \"Bigint\"}", "[5]");
        assertThat(fault(javaScript, AnswerSyntax.JAVASCRIPT, "m.f(a=5n)")).isEqualTo("right");
        assertThat(fault(javaScript, AnswerSyntax.JSON, "[{\"name\": \"m.f\", \"arguments\": {\"a\": 5}}]"))
                .isEqualTo("type_error:js");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"name\": \"m.f\", \"arguments\": {\"a\": 5}}]",
                "{\"name\": \"m.f\", \"arguments\": {\"a\": 5}}",
                "[{\"name\": \"m.f\", \"arguments\": \"{\\\"a\\\": 5}\"}]",
                "[{\"function\": \"m.f\", \"parameters\": {\"a\": 5}}]",
                "{\"tool_calls\": [{\"id\": \"1\", \"type\": \"function\", \"function\":"
                        + " {\"name\": \"m.f\", \"arguments\": \"{\\\"a\\\": 5}\"}}]}",
                "Here it is:\n```json\n[{\"name\": \"m.f\", \"arguments\": {\"a\": 5}}]\n```"
            })
    void jsonHasSeveralForms(String answer) {
        assertThat(fault(
                        item(ToolCallCategory.SIMPLE_PYTHON, "{\"type\": \"integer\"}", "[5]"),
                        AnswerSyntax.JSON,
                        answer))
                .isEqualTo("right");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no",
                "[1]",
                "[{}]",
                "[{\"name\": \"f\"}]",
                "[{\"name\": \"f\", \"arguments\": 1}]",
                "[1",
                "3",
                "[{\"name\": \"f\", \"arguments\": \"{\"}]",
                "{\"tool_calls\": 1}"
            })
    void otherJsonIsRefused(String answer) {
        assertThat(AnswerSyntax.JSON.parse(answer)).isInstanceOf(ParsedAnswer.Unreadable.class);
    }

    @Test
    void dotsMayBeUnderscores() {
        ToolCallItem item = item(ToolCallCategory.SIMPLE_PYTHON, "{\"type\": \"integer\"}", "[5]");
        ToolCallChecker underscores = new ToolCallChecker(ToolCallChecker.FunctionNames.UNDERSCORES_FOR_DOTS);
        assertThat(underscores.judge(item, AnswerSyntax.PYTHON, "m_f(a=5)").right())
                .isTrue();
        assertThat(underscores.judge(item, AnswerSyntax.PYTHON, "m.f(a=5)").right())
                .isFalse();
        assertThat(CHECKER.judge(item, AnswerSyntax.PYTHON, "m_f(a=5)").right()).isFalse();
    }

    @Test
    void callsOfAnEnginesParserAreJudgedAlike() {
        ToolCall call =
                new ToolCall("1", "m.f", JsonNodeFactory.instance.objectNode().put("a", 5));
        assertThat(CHECKER.judge(
                        item(ToolCallCategory.SIMPLE_PYTHON, "{\"type\": \"integer\"}", "[5]"),
                        java.util.List.of(FunctionCall.of(call))))
                .isEqualTo(new Judgement.Right());
    }

    @Test
    void aJudgementSaysWhatIsWrong() {
        ToolCallItem item = item(ToolCallCategory.SIMPLE_PYTHON, "{\"type\": \"integer\"}", "[5]");
        assertThat(CHECKER.judge(item, AnswerSyntax.PYTHON, "m.f(a=6)"))
                .isEqualTo(new Judgement.Wrong(Fault.VALUE_OTHER, "parameter \"a\" is 6, not one of [5]"));
        assertThat(CHECKER.judge(item, AnswerSyntax.PYTHON, "m.f(a='6')"))
                .isEqualTo(new Judgement.Wrong(Fault.TYPE_SIMPLE, "parameter \"a\" must be integer, not str: '6'"));
        assertThat(CHECKER.judge(item, AnswerSyntax.PYTHON, "m.g(a=5)"))
                .isEqualTo(new Judgement.Wrong(Fault.WRONG_FUNCTION_NAME, "expected \"m.f\", found \"m.g\""));
    }

    @Test
    void anItemThatCannotBeMeantIsRefused() {
        assertThatThrownBy(() -> item(ToolCallCategory.SIMPLE_PYTHON, "{\"type\": \"number\"}", "[5]"))
                .isInstanceOf(StoaException.class)
                .hasMessage("item \"i\": parameter \"a\" of \"m.f\": no type of PYTHON in BFCL: \"number\";"
                        + " mend or delete it");
        assertThatThrownBy(() -> item(ToolCallCategory.SIMPLE_PYTHON, "{\"type\": \"array\"}", "[5]"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("items.type");
        assertThatThrownBy(() -> item(ToolCallCategory.SIMPLE_PYTHON, "{\"type\": \"integer\"}", "5"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("are not a list");
        assertThatThrownBy(() -> ToolCallItem.read(ToolCallCategory.SIMPLE_PYTHON, "{", "{}"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("not a line of JSON");
        assertThatThrownBy(() -> ToolCallItem.read(ToolCallCategory.MULTIPLE, "{\"id\": \"a\"}", "{\"id\": \"b\"}"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("join the files by id");
        assertThatThrownBy(() -> ToolCallItem.read(
                        ToolCallCategory.MULTIPLE,
                        "{\"id\": \"a\", \"question\": [[{\"role\": \"user\", \"content\": \"x\"}]], \"function\": []}",
                        "{\"id\": \"a\", \"ground_truth\": [{\"f\": {}}]}"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("\"f\" is expected, but no function on offer");
    }

    @Test
    void categoriesHaveBfclsNames() {
        assertThat(ToolCallCategory.named("live_parallel_multiple")).contains(ToolCallCategory.LIVE_PARALLEL_MULTIPLE);
        assertThat(ToolCallCategory.named("multi_turn_base")).isEmpty();
    }
}
