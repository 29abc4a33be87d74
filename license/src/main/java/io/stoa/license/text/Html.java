package io.stoa.license.text;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The text of an HTML page, in one pass over it.
 *
 * <p>Elements that show no text of the page's own (scripts, styles, menus, buttons, pictures) are dropped with all that is
 * in them; other tags only separate. The lines of the file stay countable: a dropped line break becomes a {@link
 * Words#JOINED_BREAK}, the end of a paragraph a {@link Words#SOFT_BREAK}.
 */
final class Html {
    private static final Set<String> BLOCKS = Set.of(
            "p",
            "div",
            "br",
            "li",
            "ul",
            "ol",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "tr",
            "td",
            "th",
            "table",
            "pre",
            "body",
            "html",
            "section",
            "hr",
            "main",
            "article",
            "header",
            "footer",
            "aside",
            "dt",
            "dd",
            "dl",
            "blockquote",
            "title");
    private static final Set<String> MARKS_OF_A_PAGE =
            Set.of("html", "body", "div", "p", "br", "pre", "h1", "h2", "h3", "h4", "h5", "h6");
    private static final Set<String> HIDDEN = Set.of(
            "script", "style", "head", "nav", "button", "svg", "select", "template", "noscript", "iframe", "textarea");
    private static final Map<String, String> ENTITIES = Map.ofEntries(
            Map.entry("nbsp", " "),
            Map.entry("quot", "\""),
            Map.entry("ldquo", "\""),
            Map.entry("rdquo", "\""),
            Map.entry("lsquo", "'"),
            Map.entry("rsquo", "'"),
            Map.entry("apos", "'"),
            Map.entry("copy", "©"),
            Map.entry("mdash", " "),
            Map.entry("ndash", " "),
            Map.entry("hellip", " "),
            Map.entry("bull", " "),
            Map.entry("sect", " "),
            Map.entry("shy", ""),
            Map.entry("lt", "<"),
            Map.entry("gt", ">"),
            Map.entry("amp", "&"));

    private final String page;
    private final String lower;
    private final StringBuilder text = new StringBuilder();
    private final Map<String, Integer> noneAfter = new HashMap<>();

    private Html(String page) {
        this.page = page;
        this.lower = page.toLowerCase(Locale.ROOT).length() == page.length() ? page.toLowerCase(Locale.ROOT) : page;
    }

    /** Whether a text has tags that only HTML has. */
    static boolean isOne(String text) {
        int last = text.lastIndexOf('>');
        for (int at = text.indexOf('<'); at >= 0 && at < last; at = text.indexOf('<', at + 1)) {
            if (MARKS_OF_A_PAGE.contains(name(text, at + 1))) {
                return true;
            }
        }
        return false;
    }

    static String text(String page) {
        return new Html(page).read();
    }

    private String read() {
        int at = 0;
        while (at < page.length()) {
            char c = page.charAt(at);
            if (c == '<') {
                at = markup(at);
            } else if (c == '&') {
                at = entity(at);
            } else {
                text.append(c);
                at++;
            }
        }
        return text.toString();
    }

    private int markup(int at) {
        if (page.startsWith("<!--", at)) {
            int end = find("-->", at);
            if (end >= 0) {
                return skip(at, end + 3);
            }
        }
        boolean closing = page.startsWith("</", at);
        String name = name(page, closing ? at + 2 : at + 1);
        int end = tagEnd(at);
        if (end < 0 || (name.isEmpty() && !page.startsWith("<!", at))) {
            text.append('<');
            return at + 1;
        }
        if (!closing && HIDDEN.contains(name)) {
            int close = find("</" + name, end);
            if (close >= 0) {
                int after = tagEnd(close);
                text.append(' ');
                return skip(at, after < 0 ? close + name.length() + 2 : after);
            }
        }
        if (BLOCKS.contains(name)) {
            text.append(Words.SOFT_BREAK);
        }
        return skip(at, end);
    }

    /** Where a mark stands from here on, or -1; a mark that is nowhere is looked for once only. */
    private int find(String mark, int from) {
        if (noneAfter.getOrDefault(mark, Integer.MAX_VALUE) <= from) {
            return -1;
        }
        int at = lower.indexOf(mark, from);
        if (at < 0) {
            noneAfter.put(mark, from);
        }
        return at;
    }

    private int skip(int from, int to) {
        for (int i = from; i < to; i++) {
            if (page.charAt(i) == '\n') {
                text.append(Words.JOINED_BREAK);
            }
        }
        return to;
    }

    /** After the {@code >} of the tag that starts here, or -1 when it is no tag. */
    private int tagEnd(int at) {
        int end = at + 1;
        while (end < page.length() && page.charAt(end) != '<' && page.charAt(end) != '>') {
            end++;
        }
        return end < page.length() && page.charAt(end) == '>' ? end + 1 : -1;
    }

    private static String name(String text, int from) {
        int end = from;
        while (end < text.length() && end < from + 12 && isNamePart(text.charAt(end), end > from)) {
            end++;
        }
        return text.substring(from, end).toLowerCase(Locale.ROOT);
    }

    private static boolean isNamePart(char c, boolean inside) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (inside && c >= '0' && c <= '9');
    }

    private int entity(int at) {
        int end = page.indexOf(';', at);
        if (end < 0 || end > at + 10) {
            text.append('&');
            return at + 1;
        }
        String name = page.substring(at + 1, end);
        String character = name.startsWith("#") ? numbered(name.substring(1)) : ENTITIES.getOrDefault(name, "");
        if (character.isEmpty() && !name.equals("shy")) {
            text.append('&');
            return at + 1;
        }
        text.append(character);
        return end + 1;
    }

    private static String numbered(String number) {
        try {
            boolean hexadecimal = number.startsWith("x") || number.startsWith("X");
            int codePoint = hexadecimal ? Integer.parseInt(number.substring(1), 16) : Integer.parseInt(number);
            return Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : " ";
        } catch (NumberFormatException e) {
            return "";
        }
    }
}
