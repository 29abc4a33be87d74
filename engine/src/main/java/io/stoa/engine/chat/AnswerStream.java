package io.stoa.engine.chat;

import java.util.List;

/**
 * Takes an answer apart while it grows: tells what is text for the reader as soon as that is certain, and keeps back
 * what is thought, belongs to a tool call or may become either. Whatever way an answer is cut into pieces, what it tells
 * is the beginning of the content that {@link #end} finds in the whole.
 */
public final class AnswerStream {
    private final ToolCallParser parser;
    private final boolean mayCall;
    private final StringBuilder answer = new StringBuilder();
    private boolean kept;
    /** Up to where the answer has been told, and how much of it that was. */
    private int told;

    private int toldLength;

    /** An answer that has not begun, to somebody who offered tools. Without any, nothing in it is a call. */
    public AnswerStream(List<ToolDefinition> tools) {
        parser = new ToolCallParser(tools);
        mayCall = !tools.isEmpty();
    }

    /** Takes in a piece, and returns the text that has become certain, often none. */
    public String accept(String piece) {
        answer.append(piece);
        if (kept) {
            return "";
        }
        int start = skipSpace(0);
        if (startsOrMayStart(start, Reasoning.OPEN)) {
            int close = answer.indexOf(Reasoning.CLOSE);
            if (close < 0) {
                return "";
            }
            start = skipSpace(close + Reasoning.CLOSE.length());
        }
        if (mayCall && start < answer.length() && "{[`".indexOf(answer.charAt(start)) >= 0) {
            // Nothing but a call, or the answer itself: only the end tells.
            kept = true;
            return "";
        }
        int end = certain();
        // White space at either end of the text is not part of it.
        while (end > start && Character.isWhitespace(answer.charAt(end - 1))) {
            end--;
        }
        int from = Math.max(start, told);
        if (end <= from) {
            return "";
        }
        told = end;
        toldLength += end - from;
        return answer.substring(from, end);
    }

    /** Up to where nothing is or may become a mark. */
    private int certain() {
        List<String> markers = mayCall ? ToolCallParser.MARKERS : List.of(Reasoning.CHANNEL);
        for (String marker : markers) {
            int begin = answer.indexOf(marker);
            if (begin >= 0) {
                kept = true;
                return ToolCallParser.firstOf(markers, answer);
            }
        }
        return answer.length() - ToolCallParser.longestBegun(markers, answer);
    }

    private boolean startsOrMayStart(int at, String mark) {
        String begun = answer.substring(at, Math.min(answer.length(), at + mark.length()));
        return mark.startsWith(begun);
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < answer.length() && Character.isWhitespace(answer.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The whole answer, taken apart; its content begins with everything that was told. */
    public ParsedAnswer end() {
        if (mayCall) {
            return parser.parse(answer.toString());
        }
        Reasoning.Parts parts = Reasoning.of(answer.toString());
        return new ParsedAnswer(parts.said().strip(), parts.thought(), List.of(), List.of());
    }

    /** How much of the content has been told. */
    public int toldLength() {
        return toldLength;
    }
}
