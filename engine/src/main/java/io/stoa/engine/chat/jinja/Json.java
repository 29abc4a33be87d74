package io.stoa.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Python's {@code json.dumps}, which is what transformers' {@code tojson} filter is: a space after commas and colons,
 * text not escaped to ASCII unless asked, keys in their order.
 *
 * @param indent what each level is indented by; absent for one line
 */
record Json(
        Operations operations,
        boolean ascii,
        Optional<String> indent,
        String itemSeparator,
        String keySeparator,
        boolean sorted) {

    String text(Value value) {
        StringBuilder text = new StringBuilder();
        write(value, text, "\n");
        return text.toString();
    }

    private void write(Value value, StringBuilder text, String newline) {
        operations.budget().charge(1);
        switch (value) {
            case Value.None _ -> text.append("null");
            case Value.Truth truth -> text.append(truth.value());
            case Value.Whole whole -> text.append(Operations.decimal(whole.value()));
            case Value.Real real -> text.append(number(real.value()));
            case Value.Text string -> quote(string.value(), text);
            case Value.Listing list -> list(list.items(), text, newline);
            case Value.Tuple tuple -> list(tuple.items(), text, newline);
            case Value.Dict dict -> dict(dict, text, newline);
            case Value.Undefined _,
                    Value.Range _,
                    Value.View _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Namespace _,
                    Value.Loop _,
                    Value.Cycler _ ->
                throw JinjaException.failed("Object of type " + value.type() + " is not JSON serializable");
        }
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        return PythonText.number(value);
    }

    private void list(List<Value> items, StringBuilder text, String newline) {
        if (items.isEmpty()) {
            text.append("[]");
            return;
        }
        String inner = indent.map(newline::concat).orElse("");
        text.append('[');
        String separator = inner;
        for (Value item : items) {
            open(separator, text);
            write(item, text, inner);
            separator = itemSeparator + inner;
        }
        close(newline, text).append(']');
    }

    private void dict(Value.Dict dict, StringBuilder text, String newline) {
        if (dict.entries().isEmpty()) {
            text.append("{}");
            return;
        }
        String inner = indent.map(newline::concat).orElse("");
        List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
        if (sorted) {
            entries.sort((a, b) -> operations.order(a.getKey(), b.getKey()));
        }
        text.append('{');
        String separator = inner;
        for (Map.Entry<Value, Value> entry : entries) {
            open(separator, text);
            quote(key(entry.getKey()), text);
            text.append(keySeparator);
            write(entry.getValue(), text, inner);
            separator = itemSeparator + inner;
        }
        close(newline, text).append('}');
    }

    private void open(String separator, StringBuilder text) {
        operations.budget().charge(separator.length());
        text.append(separator);
    }

    private StringBuilder close(String newline, StringBuilder text) {
        return indent.isPresent() ? text.append(newline) : text;
    }

    private static String key(Value key) {
        return switch (key) {
            case Value.Text text -> text.value();
            case Value.None _ -> "null";
            case Value.Truth truth -> String.valueOf(truth.value());
            case Value.Whole whole -> Operations.decimal(whole.value());
            case Value.Real real -> number(real.value());
            case Value.Undefined _,
                    Value.Sequence _,
                    Value.Dict _,
                    Value.View _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Namespace _,
                    Value.Loop _,
                    Value.Cycler _ ->
                throw JinjaException.failed("keys must be str, int, float, bool or None, not " + key.type());
        };
    }

    private void quote(String string, StringBuilder text) {
        operations.budget().charge(string.length());
        text.append('"');
        for (int at = 0; at < string.length(); at++) {
            char character = string.charAt(at);
            switch (character) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\f' -> text.append("\\f");
                case '\b' -> text.append("\\b");
                default -> {
                    if (character < 0x20 || (ascii && character > 0x7e)) {
                        text.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
                    } else {
                        text.append(character);
                    }
                }
            }
        }
        text.append('"');
    }
}
