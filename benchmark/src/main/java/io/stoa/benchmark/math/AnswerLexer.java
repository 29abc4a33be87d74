package io.stoa.benchmark.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts an answer, in LaTeX or plain, into {@link Token}s; what only changes how it looks goes. */
final class AnswerLexer {
    private static final int MAX_NUMBER_LENGTH = 1000;

    private static final Set<String> LAYOUT = Set.of(
            "left",
            "right",
            "big",
            "Big",
            "bigg",
            "Bigg",
            "bigl",
            "bigr",
            "Bigl",
            "Bigr",
            "biggl",
            "biggr",
            "Biggl",
            "Biggr",
            "displaystyle",
            "textstyle",
            "scriptstyle",
            "limits",
            "nolimits",
            "quad",
            "qquad",
            "mathbf",
            "bf",
            "mathit",
            "mathsf",
            "mathcal",
            "boldsymbol",
            "bm",
            "vec",
            "overrightarrow",
            "hat",
            "bar",
            "tilde",
            "overline",
            "underline",
            "boxed",
            "fbox",
            "rm",
            "it",
            "hfill",
            "mathstrut",
            "thinspace",
            "space");

    private static final Set<String> TEXTS = Set.of(
            "text",
            "textbf",
            "textit",
            "textrm",
            "texttt",
            "textsf",
            "textnormal",
            "mbox",
            "hbox",
            "mathrm",
            "operatorname",
            "operatorname*");

    /** Words that are commands though nothing marks them. */
    private static final Set<String> PLAIN_COMMANDS = Set.of(
            "sin",
            "cos",
            "tan",
            "cot",
            "sec",
            "csc",
            "arcsin",
            "arccos",
            "arctan",
            "sinh",
            "cosh",
            "tanh",
            "log",
            "ln",
            "exp",
            "sqrt",
            "pi",
            "infinity",
            "infty");

    /** Units that are dropped after a number where nothing marks them as words. */
    private static final Set<String> UNITS = Set.of(
            "mm", "cm", "km", "kg", "mg", "ml", "ft", "feet", "foot", "inch", "inches", "meter", "meters", "metre",
            "metres", "mile", "miles", "mph", "yard", "yards", "gram", "grams", "hour", "hours", "minute", "minutes",
            "second", "seconds", "day", "days", "week", "weeks", "year", "years", "degree", "degrees", "dollar",
            "dollars", "cent", "cents", "unit", "units", "square", "cubic", "point", "points", "sq", "euros", "pounds",
            "people");

    private static final Set<String> PERCENT = Set.of("percent", "percentage", "pct");

    private static final Map<Character, String> SYMBOLS = Map.ofEntries(
            Map.entry('−', "-"),
            Map.entry('–', "-"),
            Map.entry('×', "\\times "),
            Map.entry('·', "\\cdot "),
            Map.entry('⋅', "\\cdot "),
            Map.entry('÷', "\\div "),
            Map.entry('π', "\\pi "),
            Map.entry('∞', "\\infty "),
            Map.entry('√', "\\sqrt "),
            Map.entry('≤', "\\le "),
            Map.entry('≥', "\\ge "),
            Map.entry('≠', "\\ne "),
            Map.entry('∪', "\\cup "),
            Map.entry('∈', "\\in "),
            Map.entry('±', "\\pm "),
            Map.entry('∅', "\\emptyset "),
            Map.entry('°', "^\\circ "),
            Map.entry('²', "^2 "),
            Map.entry('³', "^3 "));

    private static final Pattern WORDS = Pattern.compile("[A-Za-z][A-Za-z '’-]*");

    /** Thousands set off by a comma, where no bracket makes it a separator. */
    private static final Pattern COMMA_THOUSANDS = Pattern.compile("[1-9]\\d{0,2}(?:,\\d{3})++(?!\\d)");

    /** Thousands set off by what is nothing but a thousands separator. */
    private static final Pattern LATEX_THOUSANDS =
            Pattern.compile("\\d{1,3}(?:(?:\\{ ?, ?}|,\\\\! ?|\\\\[,;: !]|~| )\\d{3})++(?!\\d)");

    private static final Pattern DIGITS = Pattern.compile("\\d++");
    private static final Pattern DECIMALS = Pattern.compile("\\.\\d++");
    private static final Pattern REPEATING = Pattern.compile("\\\\overline\\{(\\d++)}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int brackets;
    private boolean spaced;

    private AnswerLexer(String source) {
        this.source = source;
    }

    /** The tokens of an answer, the last of them of kind END. */
    static List<Token> tokens(String answer) throws UnreadableException {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < answer.length(); i++) {
            char c = answer.charAt(i);
            plain.append(SYMBOLS.getOrDefault(c, String.valueOf(c)));
        }
        String text = plain.toString();
        if (WORDS.matcher(text).matches() && isWords(text)) {
            return List.of(new Token(Token.Kind.TEXT, text, false), new Token(Token.Kind.END, "", false));
        }
        AnswerLexer lexer = new AnswerLexer(text);
        while (lexer.at < text.length()) {
            lexer.next();
        }
        lexer.add(Token.Kind.END, "");
        return lexer.tokens;
    }

    /** Whether letters are words rather than a product of variables: one of them has four or more. */
    private static boolean isWords(String text) {
        for (String word : text.split("[ '’-]+", -1)) {
            if (word.length() >= 4 && !PLAIN_COMMANDS.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, spaced));
        spaced = false;
    }

    private void next() throws UnreadableException {
        char c = source.charAt(at);
        if (Character.isWhitespace(c) || c == '~' || c == '\u00a0') {
            spaced = true;
            at++;
        } else if (c == '$') {
            at++;
        } else if (c == '\\') {
            command();
        } else if (isDigit(c) || (c == '.' && at + 1 < source.length() && isDigit(source.charAt(at + 1)))) {
            number();
        } else if (isLetter(c)) {
            letters();
        } else {
            symbol(c);
        }
    }

    private void symbol(char c) throws UnreadableException {
        for (String pair : List.of("<=", ">=", "!=", "==", "**")) {
            if (source.startsWith(pair, at)) {
                add(Token.Kind.SYMBOL, pair);
                at += 2;
                return;
            }
        }
        if (c == '‘' || c == '’' || c == '′') {
            c = '\'';
        }
        if ("+-*/^_()[]{}|!=<>,;:&'%".indexOf(c) < 0) {
            throw new UnreadableException(
                    "'" + source.substring(at, source.offsetByCodePoints(at, 1)) + "' is not read as mathematics");
        }
        brackets += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        add(Token.Kind.SYMBOL, String.valueOf(c));
        at++;
    }

    private void letters() {
        int end = at;
        while (end < source.length() && isLetter(source.charAt(end))) {
            end++;
        }
        String run = source.substring(at, end);
        String lower = run.toLowerCase(Locale.ROOT);
        boolean afterNumber = !tokens.isEmpty() && tokens.getLast().kind() != Token.Kind.SYMBOL;
        at = end;
        if (PLAIN_COMMANDS.contains(run)) {
            add(Token.Kind.COMMAND, run);
        } else if (PERCENT.contains(lower)) {
            add(Token.Kind.SYMBOL, "%");
        } else if (lower.equals("and") || lower.equals("or") || (afterNumber && UNITS.contains(lower))) {
            add(Token.Kind.TEXT, lower);
        } else {
            run.chars().forEach(letter -> add(Token.Kind.LETTER, Character.toString(letter)));
        }
    }

    private void number() throws UnreadableException {
        Matcher thousands = (brackets == 0 ? COMMA_THOUSANDS : LATEX_THOUSANDS).matcher(source);
        thousands.region(at, source.length());
        if (!thousands.lookingAt() && brackets == 0) {
            thousands.usePattern(LATEX_THOUSANDS);
        }
        String whole = "";
        if (thousands.lookingAt()) {
            whole = thousands.group().replaceAll("\\D", "");
            at = thousands.end();
        } else {
            whole = take(DIGITS);
        }
        String decimals = take(DECIMALS);
        if (whole.length() + decimals.length() > MAX_NUMBER_LENGTH) {
            throw new UnreadableException("a number has more than " + MAX_NUMBER_LENGTH + " digits");
        }
        Matcher repeating = REPEATING.matcher(source).region(at, source.length());
        boolean repeats = repeating.lookingAt();
        if (repeats || source.startsWith(".\\overline{", at)) {
            at += repeats ? 0 : 1;
            repeating.region(at, source.length());
            if (repeating.lookingAt() && repeating.group(1).length() <= MAX_NUMBER_LENGTH) {
                add(Token.Kind.NUMBER, whole + (decimals.isEmpty() ? "." : decimals));
                add(Token.Kind.REPEATING, repeating.group(1));
                at = repeating.end();
                return;
            }
        }
        add(Token.Kind.NUMBER, whole + decimals);
    }

    private String take(Pattern pattern) {
        Matcher matcher = pattern.matcher(source).region(at, source.length());
        if (!matcher.lookingAt()) {
            return "";
        }
        at = matcher.end();
        return matcher.group();
    }

    private void command() throws UnreadableException {
        int end = at + 1;
        while (end < source.length() && isLetter(source.charAt(end))) {
            end++;
        }
        if (end == at + 1) {
            escaped();
            return;
        }
        String name = source.substring(at + 1, end);
        at = end;
        if (name.equals("begin") || name.equals("end") || name.equals("mathbb")) {
            add(Token.Kind.COMMAND, name + " " + argument());
        } else if (TEXTS.contains(name)) {
            words(name, argument());
        } else if (LAYOUT.contains(name)) {
            boolean delimiter = name.equals("left") || name.equals("right");
            at += delimiter && source.startsWith(".", at) ? 1 : 0;
            spaced = true;
        } else {
            add(Token.Kind.COMMAND, name);
        }
    }

    private void words(String command, String content) {
        boolean symbol = command.equals("mathrm") || command.startsWith("operatorname");
        String name = content.strip();
        if (symbol && PLAIN_COMMANDS.contains(name)) {
            add(Token.Kind.COMMAND, name);
        } else if (symbol && name.length() == 1 && isLetter(name.charAt(0))) {
            add(Token.Kind.LETTER, name);
        } else {
            add(Token.Kind.TEXT, content);
        }
    }

    /** The text in braces that follows, or one character. */
    private String argument() throws UnreadableException {
        while (at < source.length() && source.charAt(at) == ' ') {
            at++;
        }
        if (at == source.length()) {
            throw new UnreadableException("the answer ends in a command");
        }
        if (source.charAt(at) != '{') {
            at++;
            return source.substring(at - 1, at);
        }
        int open = 0;
        for (int i = at; i < source.length(); i++) {
            open += source.charAt(i) == '{' ? 1 : source.charAt(i) == '}' ? -1 : 0;
            if (open == 0) {
                String content = source.substring(at + 1, i);
                at = i + 1;
                return content;
            }
        }
        throw new UnreadableException("a brace is not closed");
    }

    private void escaped() throws UnreadableException {
        if (at + 1 == source.length()) {
            throw new UnreadableException("the answer ends in a backslash");
        }
        char c = source.charAt(at + 1);
        at += 2;
        switch (c) {
            case ',', ';', ':', '!', ' ', '/', '\n', '$' -> spaced = true;
            case '{', '}' -> {
                brackets += c == '{' ? 1 : -1;
                add(Token.Kind.SYMBOL, "\\" + c);
            }
            case '\\' -> add(Token.Kind.COMMAND, "newline");
            case '|' -> add(Token.Kind.SYMBOL, "|");
            case '%' -> add(Token.Kind.SYMBOL, "%");
            default -> throw new UnreadableException("\\" + c + " is not read as mathematics");
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
