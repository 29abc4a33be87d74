package io.stoa.benchmark.task;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions as Python's {@code re} reads them, run by Java's. What differs is rewritten: named groups, {@code
 * \Z}, white space, brackets and {@code &&} inside of classes. Classes such as {@code \w} are Unicode's, and a line ends
 * with {@code \n} only.
 */
final class PythonPattern {
    private final Pattern pattern;

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException naming the expression and the place when it is none
     */
    PythonPattern(String expression) {
        try {
            pattern = Pattern.compile(translate(expression), Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "not a regular expression: " + expression + " (" + e.getDescription() + ")");
        }
    }

    /**
     * Refuses what is no regular expression.
     *
     * @throws IllegalArgumentException naming it
     */
    static void check(String expression) {
        new PythonPattern(expression);
    }

    /** As {@code re.findall}: each match, as its groups, or as a whole where there are none. Absent groups are empty. */
    List<List<String>> findAll(String text) {
        List<List<String>> matches = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            List<String> groups = new ArrayList<>();
            for (int i = Math.min(1, matcher.groupCount()); i <= matcher.groupCount(); i++) {
                String group = matcher.group(i);
                groups.add(group == null ? "" : group);
            }
            matches.add(groups);
        }
        return matches;
    }

    /** As {@code re.sub(expression, "", text)}. */
    String removeFrom(String text) {
        return pattern.matcher(text).replaceAll("");
    }

    private static String translate(String python) {
        StringBuilder java = new StringBuilder();
        boolean inClass = false;
        int classStart = 0;
        for (int i = 0; i < python.length(); i++) {
            char c = python.charAt(i);
            if (c == '\\' && i + 1 < python.length()) {
                char escaped = python.charAt(++i);
                java.append(
                        switch (escaped) {
                            case 'Z' -> inClass ? "Z" : "\\z";
                            // Python counts the separators 1C to 1F as white space, Unicode does not.
                            case 's' -> inClass ? "\\s\\x1c-\\x1f" : "[\\s\\x1c-\\x1f]";
                            case 'S' -> inClass ? "\\S" : "[^\\s\\x1c-\\x1f]";
                            default -> "\\" + escaped;
                        });
            } else if (inClass) {
                if (c == ']' && i > classStart) {
                    inClass = false;
                    java.append(c);
                } else if (c == '[' || c == ']' || c == '&') {
                    java.append('\\').append(c);
                } else if (c == '^' && i == classStart) {
                    classStart++;
                    java.append(c);
                } else {
                    java.append(c);
                }
            } else if (c == '[') {
                inClass = true;
                classStart = i + 1;
                java.append(c);
            } else if (python.startsWith("(?P<", i)) {
                java.append("(?<");
                i += 3;
            } else if (python.startsWith("(?P=", i) && python.indexOf(')', i) > 0) {
                int end = python.indexOf(')', i);
                java.append("\\k<").append(python, i + 4, end).append('>');
                i = end;
            } else {
                java.append(c);
            }
        }
        return java.toString();
    }
}
