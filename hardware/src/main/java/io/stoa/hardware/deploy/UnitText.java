package io.stoa.hardware.deploy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Words of a systemd unit, quoted and read back.
 *
 * <p>After systemd.syntax(7), systemd.service(5) "Command lines" and systemd.unit(5) "Specifiers": a word in double
 * quotes may hold blanks; {@code \\} and {@code \"} stand for themselves; {@code %%} is a percent sign; in
 * {@code Exec…=} lines {@code $$} is a dollar sign.
 */
final class UnitText {
    private UnitText() {}

    /** A word of a directive that takes specifiers but no variables, such as {@code BindReadOnlyPaths=}. */
    static String word(String text) {
        String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%");
        return escaped.matches("[A-Za-z0-9_./:=,@+-]+") ? escaped : '"' + escaped + '"';
    }

    /** An argument of a command line. */
    static String argument(String text) {
        return word(text).replace("$", "$$");
    }

    /**
     * The words of a command line as systemd would pass them on.
     *
     * @throws IllegalArgumentException when it holds a specifier, a variable or an open quote
     */
    static List<String> arguments(String line) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            if (line.charAt(at) == ' ') {
                at++;
                continue;
            }
            StringBuilder word = new StringBuilder();
            at = line.charAt(at) == '"' ? quoted(line, at + 1, word) : bare(line, at, word);
            words.add(word.toString());
        }
        return words;
    }

    private static int bare(String line, int from, StringBuilder word) {
        int at = from;
        while (at < line.length() && line.charAt(at) != ' ') {
            at = character(line, at, word);
        }
        return at;
    }

    private static int quoted(String line, int from, StringBuilder word) {
        int at = from;
        while (at < line.length() && line.charAt(at) != '"') {
            at = character(line, at, word);
        }
        if (at == line.length() || (at + 1 < line.length() && line.charAt(at + 1) != ' ')) {
            throw new IllegalArgumentException("a quote is not closed: " + line);
        }
        return at + 1;
    }

    private static int character(String line, int at, StringBuilder word) {
        char character = line.charAt(at);
        boolean escapes = character == '\\' || character == '%' || character == '$';
        if (!escapes) {
            word.append(character);
            return at + 1;
        }
        char next = at + 1 < line.length() ? line.charAt(at + 1) : ' ';
        boolean known = next == character || (character == '\\' && next == '"');
        if (!known) {
            throw new IllegalArgumentException("no escape: " + character + next + " in " + line);
        }
        word.append(next);
        return at + 2;
    }

    /** A setting of a unit. */
    record Setting(String section, String key, String value) {}

    /**
     * The settings of a unit's text in order.
     *
     * @throws IllegalArgumentException when a line is neither a section, a setting nor a comment
     */
    static List<Setting> settings(String text) {
        List<Setting> settings = new ArrayList<>();
        String section = "";
        for (String line : text.split("\n", -1)) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            // systemd's own limit is a mebibyte; what a kernel takes as one argument is less.
            if (line.endsWith("\\") || line.getBytes(StandardCharsets.UTF_8).length > 100_000) {
                throw new IllegalArgumentException("a line goes on or is too long: " + line);
            }
            int equals = line.indexOf('=');
            if (line.startsWith("[") && line.endsWith("]")) {
                section = line.substring(1, line.length() - 1);
            } else if (equals > 0 && line.substring(0, equals).matches("[A-Za-z]+")) {
                settings.add(new Setting(section, line.substring(0, equals), line.substring(equals + 1)));
            } else {
                throw new IllegalArgumentException("neither a section nor a setting: " + line);
            }
        }
        return settings;
    }
}
