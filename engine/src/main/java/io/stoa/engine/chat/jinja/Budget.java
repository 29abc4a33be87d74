package io.stoa.engine.chat.jinja;

/**
 * What one rendering may use. A template comes with a downloaded model and is untrusted: it must end, and must not fill
 * the memory. Every evaluated node costs one unit and every character or element that is made costs another, so the
 * work also bounds what is alive at any moment. The real templates stay below a hundredth of each bound.
 */
final class Budget {
    /** Units of work: about a second. */
    static final long WORK = 50_000_000;
    /** Nested evaluations; a Java stack of 512 KiB holds several times as many. */
    static final int DEPTH = 400;
    /** Characters of the result. */
    static final int OUTPUT = 16 * 1024 * 1024;
    /** Bits of a whole number; Python refuses to print one of more than 4300 digits. */
    static final int BITS = 1 << 16;

    private long left = WORK;
    private int depth;

    void charge(long units) {
        left -= units;
        if (left < 0) {
            throw JinjaException.limit("the template needs more than " + WORK + " units of work");
        }
    }

    void enter() {
        charge(1);
        if (++depth > DEPTH) {
            throw JinjaException.limit("the template nests more than " + DEPTH + " calls and expressions");
        }
    }

    void leave() {
        depth--;
    }

    void output(long characters) {
        if (characters > OUTPUT) {
            throw JinjaException.limit("the template writes more than " + OUTPUT + " characters");
        }
    }
}
