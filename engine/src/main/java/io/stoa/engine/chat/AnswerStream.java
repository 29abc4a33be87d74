package io.stoa.engine.chat;

import java.util.List;

/**
 * Takes an answer apart while it grows: tells what is text for the reader as soon as that is certain, and keeps back
 * what belongs to a tool call or may become one. Whatever way an answer is cut into pieces, what it tells and what
 * {@link #end} adds are together what {@link ToolCallParser#parse} makes of the whole.
 */
public final class AnswerStream {
    private final ToolCallParser parser;
    private final boolean mayCall;
    private final StringBuilder answer = new StringBuilder();
    private boolean kept;
    private int told;
    private final StringBuilder tellable = new StringBuilder();

    /** An answer that has not begun, to somebody who offered tools. Without any, all of it is text. */
    public AnswerStream(List<ToolDefinition> tools) {
        parser = new ToolCallParser(tools);
        mayCall = !tools.isEmpty();
    }

    /** Takes in a piece, and returns the text that has become certain, often none. */
    public String accept(String piece) {
        answer.append(piece);
        if (!mayCall) {
            return piece;
        }
        if (kept) {
            return "";
        }
        int start = begin();
        if (start < answer.length() && "{[`".indexOf(answer.charAt(start)) >= 0) {
            // Nothing but a call, or the answer itself: only the end tells.
            kept = true;
            return "";
        }
        int end = ToolCallParser.callBegins(answer);
        kept = end >= 0;
        if (end < 0) {
            end = answer.length() - ToolCallParser.longestMarkerBegun(answer);
        }
        // White space at either end of the text is not part of it.
        while (end > start && Character.isWhitespace(answer.charAt(end - 1))) {
            end--;
        }
        int from = Math.max(start, told);
        if (end <= from) {
            return "";
        }
        told = end;
        String text = answer.substring(from, end);
        tellable.append(text);
        return text;
    }

    private int begin() {
        int start = 0;
        while (start < answer.length() && Character.isWhitespace(answer.charAt(start))) {
            start++;
        }
        return start;
    }

    /**
     * The whole answer, taken apart.
     *
     * @return its content begins with everything that was told
     */
    public ParsedAnswer end() {
        return mayCall ? parser.parse(answer.toString()) : new ParsedAnswer(answer.toString(), List.of(), List.of());
    }

    /** How much of the content has been told. */
    public int toldLength() {
        return mayCall ? tellable.length() : answer.length();
    }
}
