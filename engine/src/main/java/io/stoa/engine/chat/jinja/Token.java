package io.stoa.engine.chat.jinja;

/**
 * A piece of a template.
 *
 * @param text the data, the name, the string with its escapes resolved, the digits, or the operator
 * @param line where it starts, counted from 1
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        VARIABLE_BEGIN,
        VARIABLE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }

    /** How messages call it. */
    String described() {
        return switch (kind) {
            case DATA -> "template data / text";
            case BLOCK_BEGIN -> "begin of statement block";
            case BLOCK_END -> "end of statement block";
            case VARIABLE_BEGIN -> "begin of print statement";
            case VARIABLE_END -> "end of print statement";
            case NAME, OPERATOR -> text;
            case STRING -> "string";
            case INTEGER -> "integer";
            case FLOAT -> "float";
            case END -> "end of template";
        };
    }
}
