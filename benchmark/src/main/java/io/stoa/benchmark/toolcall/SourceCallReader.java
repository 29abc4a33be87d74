package io.stoa.benchmark.toolcall;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one call in Java's or JavaScript's syntax, with its arguments as assignments. Values stay source, without the
 * quotes where they are one literal; {@link JavaLiteral} and {@link JavaScriptLiteral} make sense of them, knowing the
 * declared type.
 *
 * <p>As in BFCL, Java loses white space outside of literals, and a {@code new} expression its class body, so that a map
 * filled in braces arrives empty; unnamed arguments are passed over unless they are bare variables. Unlike in BFCL,
 * whose parsers know the grammars, nothing but brackets and literals is checked within a value, and a second statement
 * behind the call is refused instead of passed over.
 */
final class SourceCallReader {
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*+(?:\\s*+\\.\\s*+[\\p{L}_$][\\p{L}\\p{N}_$]*+)*+");
    private static final Pattern ASSIGNMENT = Pattern.compile("([\\p{L}_$][\\p{L}\\p{N}_$]*+)\\s*+=(?![=>])");
    private static final Pattern VARIABLE = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*+");
    private static final Pattern CLASS_LITERAL = Pattern.compile("[\\p{L}\\p{N}_$.]++(?<=\\.class)");
    private static final Pattern CREATION = Pattern.compile("new\\s++(?<type>[\\p{L}_$][\\p{L}\\p{N}_$.]*+)\\s*+");

    private final Language language;
    private final String text;
    private final SourceScanner scanner;

    SourceCallReader(Language language, String text) {
        this.language = language;
        this.text = text;
        scanner = new SourceScanner(language, text);
    }

    FunctionCall read() throws AnswerSyntaxException {
        if (text.isBlank()) {
            throw new AnswerSyntaxException(Fault.WRONG_OUTPUT_FORMAT, "no call");
        }
        Matcher name = NAME.matcher(text).region(scanner.behindSpace(0), text.length());
        if (!name.lookingAt()) {
            throw new AnswerSyntaxException("no call");
        }
        int open = scanner.behindSpace(name.end());
        if (!text.startsWith("(", open)) {
            throw new AnswerSyntaxException("expected \"(\" at " + open);
        }
        SourceScanner.Bracketed written = scanner.arguments(open);
        if (!written.rest().isEmpty() && !written.rest().equals(";")) {
            boolean sequence = language == Language.JAVASCRIPT && written.rest().startsWith(",");
            throw new AnswerSyntaxException(
                    sequence ? Fault.WRONG_OUTPUT_FORMAT : Fault.DECODER_FAILED, "not one call alone");
        }
        Map<String, ArgumentValue> arguments = new LinkedHashMap<>();
        for (String argument : written.arguments()) {
            put(arguments, argument);
        }
        return new FunctionCall(name.group(), arguments);
    }

    private void put(Map<String, ArgumentValue> arguments, String argument) throws AnswerSyntaxException {
        Matcher assignment = ASSIGNMENT.matcher(argument);
        String name;
        String value;
        if (assignment.lookingAt()) {
            name = assignment.group(1);
            value = argument.substring(assignment.end()).strip();
        } else if (isVariable(argument)) {
            name = FunctionCall.UNNAMED;
            value = argument;
        } else if (argument.isEmpty()) {
            throw new AnswerSyntaxException("an empty argument");
        } else {
            return;
        }
        if (value.isEmpty()) {
            throw new AnswerSyntaxException("no value of " + name);
        }
        ArgumentValue read = ArgumentValue.of(language == Language.JAVA ? javaValue(value) : javaScriptValue(value));
        if (arguments.put(name, read) != null) {
            throw new AnswerSyntaxException("two arguments of the name " + name);
        }
    }

    private boolean isVariable(String argument) {
        return VARIABLE.matcher(argument).matches()
                || (language == Language.JAVA && CLASS_LITERAL.matcher(argument).matches());
    }

    /** Quotes go wherever they stand at both ends. */
    private static String javaScriptValue(String value) {
        boolean quoted =
                (value.startsWith("\"") && value.endsWith("\"")) || (value.startsWith("'") && value.endsWith("'"));
        return quoted ? value.substring(1, Math.max(1, value.length() - 1)) : value;
    }

    private static String javaValue(String value) throws AnswerSyntaxException {
        boolean quoted = value.startsWith("\"") || value.startsWith("'");
        if (quoted && new SourceScanner(Language.JAVA, value).literalEnd(0) == value.length()) {
            return value.substring(1, value.length() - 1);
        }
        return javaSource(value);
    }

    private static String javaSource(String value) throws AnswerSyntaxException {
        SourceScanner scanner = new SourceScanner(Language.JAVA, value);
        Matcher creation = CREATION.matcher(value);
        if (!creation.lookingAt()) {
            return squeezed(value);
        }
        int typeEnd = value.startsWith("<", creation.end()) ? scanner.typeArgumentsEnd(creation.end()) : creation.end();
        int open = scanner.behindSpace(typeEnd);
        if (!value.startsWith("(", open)) {
            return squeezed(value);
        }
        SourceScanner.Bracketed written = scanner.arguments(open);
        if (!written.rest().isEmpty() && !isBlock(written.rest())) {
            return squeezed(value);
        }
        List<String> arguments = new ArrayList<>();
        for (String argument : written.arguments()) {
            arguments.add(javaSource(argument));
        }
        String type = squeezed(value.substring(creation.start("type"), typeEnd));
        return "new " + type + "(" + String.join(", ", arguments) + ")";
    }

    private static boolean isBlock(String source) throws AnswerSyntaxException {
        return source.startsWith("{")
                && source.endsWith("}")
                && new SourceScanner(Language.JAVA, source).find(".", 0) == source.length();
    }

    /** Without white space and comments outside of literals, but for one space between words. */
    private static String squeezed(String source) throws AnswerSyntaxException {
        SourceScanner scanner = new SourceScanner(Language.JAVA, source);
        StringBuilder squeezed = new StringBuilder(source.length());
        boolean gap = false;
        int at = 0;
        while (at < source.length()) {
            boolean literal = scanner.isLiteralStart(at);
            int end = literal ? scanner.literalEnd(at) : at + 1;
            char c = source.charAt(at);
            if ((literal && c == '/') || Character.isWhitespace(c)) {
                gap = true;
            } else {
                if (gap && isWordPart(c) && !squeezed.isEmpty() && isWordPart(squeezed.charAt(squeezed.length() - 1))) {
                    squeezed.append(' ');
                }
                squeezed.append(source, at, end);
                gap = false;
            }
            at = end;
        }
        return squeezed.toString();
    }

    private static boolean isWordPart(char c) {
        return Character.isJavaIdentifierPart(c);
    }
}
