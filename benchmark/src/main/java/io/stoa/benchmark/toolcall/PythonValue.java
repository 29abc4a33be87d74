package io.stoa.benchmark.toolcall;

import io.stoa.benchmark.toolcall.ArgumentValue.Bool;
import io.stoa.benchmark.toolcall.ArgumentValue.Int;
import io.stoa.benchmark.toolcall.ArgumentValue.Items;
import io.stoa.benchmark.toolcall.ArgumentValue.None;
import io.stoa.benchmark.toolcall.ArgumentValue.Real;
import io.stoa.benchmark.toolcall.ArgumentValue.Table;
import io.stoa.benchmark.toolcall.ArgumentValue.Text;
import io.stoa.engine.chat.jinja.PythonText;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values as Python's {@code repr} writes them. */
final class PythonValue {
    private PythonValue() {}

    static String repr(ArgumentValue value) {
        return switch (value) {
            case None _ -> "None";
            case Bool(boolean truth) -> truth ? "True" : "False";
            case Int(BigInteger number) -> number.toString();
            case Real(double number) -> PythonText.number(number);
            case Text(String text) -> PythonText.quoted(text);
            case Items(boolean tuple, List<ArgumentValue> values) -> {
                String all = values.stream().map(PythonValue::repr).collect(Collectors.joining(", "));
                yield tuple ? "(" + all + (values.size() == 1 ? ",)" : ")") : "[" + all + "]";
            }
            case Table(Map<ArgumentValue, ArgumentValue> entries) ->
                entries.entrySet().stream()
                        .map(entry -> repr(entry.getKey()) + ": " + repr(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }
}
