package io.stoa.inspect.pickle;

import java.util.Optional;

/**
 * The opcodes of pickle protocols 0 to 5, with the form of their argument. Source: PEP 3154, PEP 574 and the documentation
 * of Python's {@code pickletools}.
 */
enum Opcode {
    MARK('(', Form.NONE),
    STOP('.', Form.NONE),
    POP('0', Form.NONE),
    POP_MARK('1', Form.NONE),
    DUP('2', Form.NONE),
    FLOAT('F', Form.LINE),
    INT('I', Form.LINE),
    BININT('J', Form.BYTES_4),
    BININT1('K', Form.BYTES_1),
    LONG('L', Form.LINE),
    BININT2('M', Form.BYTES_2),
    NONE('N', Form.NONE),
    PERSID('P', Form.LINE),
    BINPERSID('Q', Form.NONE),
    REDUCE('R', Form.NONE),
    STRING('S', Form.LINE),
    BINSTRING('T', Form.DATA_4),
    SHORT_BINSTRING('U', Form.DATA_1),
    UNICODE('V', Form.LINE),
    BINUNICODE('X', Form.DATA_4),
    APPEND('a', Form.NONE),
    BUILD('b', Form.NONE),
    GLOBAL('c', Form.TWO_LINES),
    DICT('d', Form.NONE),
    EMPTY_DICT('}', Form.NONE),
    APPENDS('e', Form.NONE),
    GET('g', Form.LINE),
    BINGET('h', Form.BYTES_1),
    INST('i', Form.TWO_LINES),
    LONG_BINGET('j', Form.BYTES_4),
    LIST('l', Form.NONE),
    EMPTY_LIST(']', Form.NONE),
    OBJ('o', Form.NONE),
    PUT('p', Form.LINE),
    BINPUT('q', Form.BYTES_1),
    LONG_BINPUT('r', Form.BYTES_4),
    SETITEM('s', Form.NONE),
    TUPLE('t', Form.NONE),
    EMPTY_TUPLE(')', Form.NONE),
    SETITEMS('u', Form.NONE),
    BINFLOAT('G', Form.BYTES_8),
    PROTO(0x80, Form.BYTES_1),
    NEWOBJ(0x81, Form.NONE),
    EXT1(0x82, Form.BYTES_1),
    EXT2(0x83, Form.BYTES_2),
    EXT4(0x84, Form.BYTES_4),
    TUPLE1(0x85, Form.NONE),
    TUPLE2(0x86, Form.NONE),
    TUPLE3(0x87, Form.NONE),
    NEWTRUE(0x88, Form.NONE),
    NEWFALSE(0x89, Form.NONE),
    LONG1(0x8a, Form.DATA_1),
    LONG4(0x8b, Form.DATA_4),
    BINBYTES('B', Form.DATA_4),
    SHORT_BINBYTES('C', Form.DATA_1),
    SHORT_BINUNICODE(0x8c, Form.DATA_1),
    BINUNICODE8(0x8d, Form.DATA_8),
    BINBYTES8(0x8e, Form.DATA_8),
    EMPTY_SET(0x8f, Form.NONE),
    ADDITEMS(0x90, Form.NONE),
    FROZENSET(0x91, Form.NONE),
    NEWOBJ_EX(0x92, Form.NONE),
    STACK_GLOBAL(0x93, Form.NONE),
    MEMOIZE(0x94, Form.NONE),
    FRAME(0x95, Form.BYTES_8),
    BYTEARRAY8(0x96, Form.DATA_8),
    NEXT_BUFFER(0x97, Form.NONE),
    READONLY_BUFFER(0x98, Form.NONE);

    /** What follows an opcode. */
    enum Form {
        NONE(0),
        /** A text up to a newline. */
        LINE(0),
        TWO_LINES(0),
        /** A little-endian number of so many bytes. */
        BYTES_1(1),
        BYTES_2(2),
        BYTES_4(4),
        BYTES_8(8),
        /** A little-endian length of so many bytes, then the data. */
        DATA_1(1),
        DATA_4(4),
        DATA_8(8);

        private final int width;

        Form(int width) {
            this.width = width;
        }

        int width() {
            return width;
        }
    }

    private static final Opcode[] BY_CODE = new Opcode[256];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;
    private final Form form;

    Opcode(int code, Form form) {
        this.code = code;
        this.form = form;
    }

    Form form() {
        return form;
    }

    static Optional<Opcode> of(int code) {
        return Optional.ofNullable(BY_CODE[code]);
    }
}
