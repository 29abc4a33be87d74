package io.stoa.benchmark.math;

import java.util.ArrayList;
import java.util.List;

/** Where the reading of an answer has come to: its tokens, the one that is next, and how deep it is nested. */
final class TokenReader {
    private static final int MAX_DEPTH = 40;

    private final List<Token> tokens;
    private int at;
    private int depth;

    TokenReader(List<Token> tokens, int depth) {
        this.tokens = new ArrayList<>(tokens);
        this.depth = depth;
    }

    /**
     * A place to come back to.
     *
     * @param unread the tokens from there on that reading may have changed
     */
    record Place(int at, List<Token> unread) {}

    /** The place where reading is, for so many tokens that may be changed until it comes back. */
    Place place(int ahead) {
        return new Place(at, List.copyOf(tokens.subList(at, Math.min(at + ahead, tokens.size()))));
    }

    /** The place where reading is, whatever is changed until it comes back. */
    Place place() {
        return place(tokens.size() - at);
    }

    void back(Place place) {
        at = place.at;
        for (int i = 0; i < place.unread.size(); i++) {
            tokens.set(at + i, place.unread.get(i));
        }
    }

    void skip(int count) {
        at += count;
    }

    /** Puts another token in the place of the next. */
    void replace(Token token) {
        tokens.set(at, token);
    }

    /** The token that was read last; one was. */
    Token previous() {
        return tokens.get(at - 1);
    }

    int depth() {
        return depth;
    }

    void shallower() {
        depth--;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    boolean accept(String symbol) {
        if (peek().is(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    void expect(String symbol) throws UnreadableException {
        if (!accept(symbol)) {
            throw new UnreadableException("'" + symbol + "' is missing before '" + peek().text() + "'");
        }
    }

    UnreadableException unexpected() {
        Token token = peek();
        return new UnreadableException(
                switch (token.kind()) {
                    case END -> "it ends too early";
                    case COMMAND -> "\\" + token.text() + " is not read here";
                    case NUMBER, REPEATING, LETTER, TEXT, SYMBOL -> "'" + token.text() + "' is not read here";
                });
    }

    void deeper() throws UnreadableException {
        if (++depth > MAX_DEPTH) {
            throw new UnreadableException("it is nested more than " + MAX_DEPTH + " deep");
        }
    }

    void closeWith(String command) throws UnreadableException {
        if (!peek().isCommand(command)) {
            throw new UnreadableException("\\" + command + " is missing");
        }
        at++;
    }
}
