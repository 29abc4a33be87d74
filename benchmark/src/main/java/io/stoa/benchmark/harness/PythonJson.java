package io.stoa.benchmark.harness;

import java.util.Iterator;
import tools.jackson.databind.JsonNode;

/** JSON as Python's {@code json.dumps(value, indent=2, ensure_ascii=False)} writes it, of which the harness takes hashes. */
final class PythonJson {
    private PythonJson() {}

    static String indented(JsonNode value) {
        StringBuilder text = new StringBuilder();
        write(value, 0, text);
        return text.toString();
    }

    private static void write(JsonNode value, int depth, StringBuilder text) {
        switch (value.getNodeType()) {
            case OBJECT -> {
                String separator = value.isEmpty() ? "{" : "{\n";
                for (String name : value.propertyNames()) {
                    indent(text.append(separator), depth + 1);
                    quote(name, text);
                    write(value.path(name), depth + 1, text.append(": "));
                    separator = ",\n";
                }
                end(value.isEmpty(), depth, text.append(value.isEmpty() ? separator : ""))
                        .append('}');
            }
            case ARRAY -> {
                String separator = value.isEmpty() ? "[" : "[\n";
                for (Iterator<JsonNode> items = value.iterator(); items.hasNext(); separator = ",\n") {
                    indent(text.append(separator), depth + 1);
                    write(items.next(), depth + 1, text);
                }
                end(value.isEmpty(), depth, text.append(value.isEmpty() ? separator : ""))
                        .append(']');
            }
            case STRING -> quote(value.stringValue(), text);
            case NUMBER, BOOLEAN, NULL, MISSING, BINARY, POJO -> text.append(value);
        }
    }

    private static StringBuilder end(boolean empty, int depth, StringBuilder text) {
        if (!empty) {
            indent(text.append('\n'), depth);
        }
        return text;
    }

    private static void indent(StringBuilder text, int depth) {
        text.repeat("  ", depth);
    }

    private static void quote(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                default -> {
                    if (c < ' ') {
                        text.append("\\u00").append(c < 16 ? "0" : "").append(Integer.toHexString(c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
