package io.stoa.inspect.pickle;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks the opcodes of one pickle without doing what they say: only texts, marks and the names of what would be imported
 * are followed, so that names which are put together on the stack are seen, too. Steps, stack and memo are bounded.
 */
final class PickleWalk {
    private static final int MOST_STEPS = 20_000_000;
    private static final int MOST_DEPTH = 1 << 20;
    private static final int MOST_PROBLEMS = 20;

    /** What is known of a value on the stack. */
    private sealed interface Known {
        record Text(String value) implements Known {}

        record Global(String name, boolean allowed) implements Known {}

        record Mark() implements Known {}

        record Other() implements Known {}
    }

    private static final Known OTHER = new Known.Other();
    private static final Known MARK = new Known.Mark();

    /**
     * What a walk found.
     *
     * @param globals what it imports, in order
     * @param problems what must not be in it, a sentence each
     * @param stopped whether it ended with STOP
     * @param bytes how many bytes it took
     * @param steps how many opcodes were walked
     * @param firstNumber the number that was the first value, as its bytes read as text; PyTorch's old format has one
     */
    record Found(
            Set<String> globals,
            List<String> problems,
            boolean stopped,
            long bytes,
            int steps,
            Optional<String> firstNumber) {}

    private final PickleInput in;
    private final List<Known> stack = new ArrayList<>();
    private final Map<Long, Known> memo = new HashMap<>();
    private final Set<String> globals = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();
    private Optional<String> firstNumber = Optional.empty();
    private int steps;

    private PickleWalk(PickleInput in) {
        this.in = in;
    }

    /** Walks the pickle that starts here; the stream is left behind its STOP. */
    static Found walk(InputStream stream) throws IOException {
        PickleWalk walk = new PickleWalk(new PickleInput(stream));
        boolean stopped = walk.run();
        return new Found(walk.globals, walk.problems, stopped, walk.in.position(), walk.steps, walk.firstNumber);
    }

    private boolean run() throws IOException {
        try {
            while (true) {
                long at = in.position();
                int code = in.next();
                if (code < 0) {
                    problem("ends without STOP after " + at + " bytes");
                    return false;
                }
                Optional<Opcode> opcode = Opcode.of(code);
                if (opcode.isEmpty()) {
                    problem("has the unknown opcode 0x" + Integer.toHexString(code) + " at byte " + at);
                    return false;
                }
                if (++steps > MOST_STEPS || stack.size() > MOST_DEPTH || memo.size() > MOST_DEPTH) {
                    problem("is larger than can be walked: " + steps + " opcodes, " + stack.size()
                            + " values on the stack");
                    return false;
                }
                if (opcode.get() == Opcode.STOP) {
                    if (stack.size() != 1) {
                        problem("stops with " + stack.size() + " values on its stack, not one");
                    }
                    return true;
                }
                step(opcode.get(), at);
            }
        } catch (EOFException e) {
            problem(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void problem(String problem) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(problem);
        }
    }

    private void step(Opcode opcode, long at) throws IOException {
        long number = 0;
        String text = "";
        String second = "";
        switch (opcode.form()) {
            case NONE -> {}
            case LINE -> text = in.line();
            case TWO_LINES -> {
                text = in.line();
                second = in.line();
            }
            case BYTES_1, BYTES_2, BYTES_4, BYTES_8 ->
                number = in.number(opcode.form().width());
            case DATA_1, DATA_4, DATA_8 ->
                text = in.data(in.number(opcode.form().width()));
        }
        switch (opcode) {
            case MARK -> push(MARK);
            case POP -> pop(at);
            case POP_MARK -> popToMark(at);
            case DUP -> push(top());
            case STRING -> push(new Known.Text(unquoted(text)));
            case UNICODE, BINUNICODE, SHORT_BINUNICODE, BINUNICODE8, BINSTRING, SHORT_BINSTRING ->
                push(new Known.Text(text));
            case LONG1 -> {
                if (steps <= 2) {
                    firstNumber = Optional.of(text);
                }
                push(OTHER);
            }
            case INT, LONG, FLOAT, BININT, BININT1, BININT2, BINFLOAT, LONG4, NONE, NEWTRUE, NEWFALSE -> push(OTHER);
            case BINBYTES, SHORT_BINBYTES, BINBYTES8, BYTEARRAY8, NEXT_BUFFER -> push(OTHER);
            case EMPTY_DICT, EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET, PERSID -> push(OTHER);
            case DICT, LIST, TUPLE, FROZENSET -> {
                popToMark(at);
                push(OTHER);
            }
            case TUPLE1, BINPERSID -> replace(1, at);
            case TUPLE2 -> replace(2, at);
            case TUPLE3 -> replace(3, at);
            case APPEND -> pop(at);
            case SETITEM -> {
                pop(at);
                pop(at);
            }
            case APPENDS, SETITEMS, ADDITEMS -> popToMark(at);
            case PROTO -> {
                if (number > 5) {
                    problem("says it is of protocol " + number + "; there are 0 to 5");
                }
            }
            case FRAME, READONLY_BUFFER -> {}
            case GET -> push(remembered(decimal(text, at), at));
            case BINGET, LONG_BINGET -> push(remembered(number, at));
            case PUT -> memo.put(decimal(text, at), top());
            case BINPUT, LONG_BINPUT -> memo.put(number, top());
            case MEMOIZE -> memo.put((long) memo.size(), top());
            case GLOBAL -> push(global(text, second, at));
            case STACK_GLOBAL -> {
                Known name = pop(at);
                Known module = pop(at);
                if (module instanceof Known.Text(String m) && name instanceof Known.Text(String n)) {
                    push(global(m, n, at));
                } else {
                    problem("imports at byte " + at + " what it names only when it runs");
                    push(new Known.Global("?", false));
                }
            }
            case INST -> {
                popToMark(at);
                Known.Global made = global(text, second, at);
                called(made, "INST", at);
                push(OTHER);
            }
            case OBJ -> {
                List<Known> parts = popToMark(at);
                called(parts.isEmpty() ? OTHER : parts.getFirst(), "OBJ", at);
                push(OTHER);
            }
            case REDUCE, NEWOBJ -> {
                pop(at);
                called(pop(at), opcode.name(), at);
                push(OTHER);
            }
            case NEWOBJ_EX -> {
                pop(at);
                pop(at);
                called(pop(at), opcode.name(), at);
                push(OTHER);
            }
            case BUILD -> {
                pop(at);
                if (top() instanceof Known.Global(String name, boolean _)) {
                    problem("changes " + name + " itself (BUILD) at byte " + at);
                }
            }
            case EXT1, EXT2, EXT4 -> {
                problem("imports number " + number + " of Python's extension registry at byte " + at);
                push(OTHER);
            }
            case STOP -> throw new IllegalStateException("STOP ends the walk");
        }
    }

    private Known.Global global(String module, String name, long at) {
        String whole = module + "." + name;
        boolean allowed = Globals.allowed(module, name);
        if (globals.size() < 1_000) {
            globals.add(whole);
        }
        if (!allowed) {
            problem("imports " + whole + " at byte " + at + ", which no tensor needs");
        }
        return new Known.Global(whole, allowed);
    }

    private void called(Known callable, String how, long at) {
        switch (callable) {
            case Known.Global(String name, boolean allowed) -> {
                if (!allowed) {
                    problem("calls " + name + " (" + how + ") at byte " + at);
                }
            }
            case Known.Text _, Known.Mark _, Known.Other _ ->
                problem("calls (" + how + ") at byte " + at + " what it made itself");
        }
    }

    private void push(Known value) {
        stack.add(value);
    }

    private Known top() {
        return stack.isEmpty() ? OTHER : stack.getLast();
    }

    private Known pop(long at) {
        if (stack.isEmpty()) {
            problem("takes from an empty stack at byte " + at);
            return OTHER;
        }
        return stack.removeLast();
    }

    private List<Known> popToMark(long at) {
        List<Known> values = new ArrayList<>();
        while (!stack.isEmpty()) {
            Known value = stack.removeLast();
            if (value instanceof Known.Mark) {
                return values.reversed();
            }
            values.add(value);
        }
        problem("has no mark to go back to at byte " + at);
        return values.reversed();
    }

    private void replace(int count, long at) {
        for (int i = 0; i < count; i++) {
            pop(at);
        }
        push(OTHER);
    }

    private Known remembered(long index, long at) {
        Known value = memo.get(index);
        if (value == null) {
            problem("asks at byte " + at + " for the memo " + index + ", which was never put");
            return OTHER;
        }
        return value;
    }

    private long decimal(String text, long at) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            problem("has at byte " + at + " a memo index that is no number");
            return -1;
        }
    }

    private static String unquoted(String text) {
        String plain = text.strip();
        return plain.length() >= 2 && (plain.startsWith("'") || plain.startsWith("\""))
                ? plain.substring(1, plain.length() - 1)
                : plain;
    }
}
