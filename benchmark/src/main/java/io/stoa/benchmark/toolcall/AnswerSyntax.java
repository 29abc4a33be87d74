package io.stoa.benchmark.toolcall;

import java.util.List;

/** The notation that an answer is asked for, and how it is read. */
public enum AnswerSyntax {
    /** {@code [f(a=1), g.h(b='x')]}, as Python's own parser reads it. */
    PYTHON {
        @Override
        List<FunctionCall> read(String answer) throws AnswerSyntaxException {
            return new PythonCallReader(stripped(inBrackets(answer), "'")).read();
        }
    },
    /** {@code [f(a=1L, b="x")]}, one call with named arguments. */
    JAVA {
        @Override
        List<FunctionCall> read(String answer) throws AnswerSyntaxException {
            return List.of(new SourceCallReader(Language.JAVA, withoutBrackets(answer)).read());
        }
    },
    /** {@code [f(a=1n, b="x")]}, one call with named arguments. */
    JAVASCRIPT {
        @Override
        List<FunctionCall> read(String answer) throws AnswerSyntaxException {
            return List.of(new SourceCallReader(Language.JAVASCRIPT, withoutBrackets(answer)).read());
        }
    },
    /**
     * {@code [{"name": "f", "arguments": {"a": 1}}]}, OpenAI's {@code tool_calls}, or BFCL's own {@code [{"function":
     * "f", "parameters": {"a": 1}}]}, with or without text around it.
     */
    JSON {
        @Override
        List<FunctionCall> read(String answer) throws AnswerSyntaxException {
            return JsonCallReader.read(answer);
        }
    };

    /** Reads an answer. What cannot be read is a value too, whatever the answer is. */
    public ParsedAnswer parse(String answer) {
        if (answer.length() > Bounds.LONGEST_ANSWER) {
            return new ParsedAnswer.Unreadable(
                    Fault.DECODER_FAILED,
                    "the answer has " + answer.length() + " characters; at most " + Bounds.LONGEST_ANSWER
                            + " are read");
        }
        try {
            return new ParsedAnswer.Calls(read(answer));
        } catch (AnswerSyntaxException e) {
            return new ParsedAnswer.Unreadable(e.fault(), String.valueOf(e.getMessage()));
        }
    }

    abstract List<FunctionCall> read(String answer) throws AnswerSyntaxException;

    /** BFCL takes fences and white space off both ends and adds the brackets that a model forgot. */
    private static String inBrackets(String answer) {
        String bare = stripped(answer, "`\n ");
        return (bare.startsWith("[") ? "" : "[") + bare + (bare.endsWith("]") ? "" : "]");
    }

    private static String withoutBrackets(String answer) {
        String bracketed = inBrackets(answer);
        return bracketed.substring(1, Math.max(1, bracketed.length() - 1));
    }

    private static String stripped(String text, String characters) {
        int start = 0;
        int end = text.length();
        while (start < end && characters.indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        while (end > start && characters.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(start, end);
    }
}
