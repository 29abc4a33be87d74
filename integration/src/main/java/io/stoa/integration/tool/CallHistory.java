package io.stoa.integration.tool;

import io.stoa.engine.chat.ToolCall;
import io.stoa.model.Digest;
import io.stoa.store.CanonicalJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What happened in one run that decides what may happen next: how often each tool was called, which calls, and what was
 * read. A run that is resumed goes through its steps again and so comes to the same history. Belongs to one thread.
 */
public final class CallHistory {
    private final Map<String, Integer> callsOf = new HashMap<>();
    private final Map<Digest, Integer> asked = new HashMap<>();
    private final Set<Digest> uncertain = new HashSet<>();
    private final Set<String> untrusted = new LinkedHashSet<>();
    private final List<String> trusted = new ArrayList<>();
    private int calls;

    /** Something was read that is as good as what the user said. */
    public void readTrusted(String text) {
        trusted.add(text);
    }

    /**
     * Something was read that anybody may have written.
     *
     * @param source where it came from, such as the name of a tool or of a document
     */
    public void readUntrusted(String source) {
        untrusted.add(source);
    }

    /** The sources of what was read and is not trusted, in the order in which they were first read. */
    public Set<String> untrusted() {
        return Collections.unmodifiableSet(untrusted);
    }

    boolean isTainted() {
        return !untrusted.isEmpty();
    }

    /** Whether a text stands in what is trusted. */
    boolean isSaidByTrusted(String text) {
        return trusted.stream().anyMatch(said -> holdsWhole(said, text));
    }

    /** Whole words only: {@code a@b.example} does not stand in {@code la@b.example.org}. */
    private static boolean holdsWhole(String said, String text) {
        if (text.isBlank()) {
            return false;
        }
        for (int at = said.indexOf(text); at >= 0; at = said.indexOf(text, at + 1)) {
            int end = at + text.length();
            if ((at == 0 || !joins(said, at - 1, -1)) && (end == said.length() || !joins(said, end, 1))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a character goes on with the word beside it; a full stop does only when a word follows it. */
    private static boolean joins(String said, int at, int step) {
        char character = said.charAt(at);
        int next = at + step;
        boolean more = next >= 0 && next < said.length() && Character.isLetterOrDigit(said.charAt(next));
        return Character.isLetterOrDigit(character) || ("-_@/.+%:=&?#~".indexOf(character) >= 0 && more);
    }

    /** Counts that a call was asked for, and returns how often this very one was by now. */
    int asks(ToolCall call) {
        return asked.merge(digest(call), 1, Integer::sum);
    }

    /** Counts that a call is carried out. */
    void makes(ToolCall call) {
        calls++;
        callsOf.merge(call.name(), 1, Integer::sum);
    }

    int calls() {
        return calls;
    }

    int callsOf(String tool) {
        return callsOf.getOrDefault(tool, 0);
    }

    /** A call failed in a way that leaves open whether it had its effect. */
    public void leftUncertain(ToolCall call) {
        uncertain.add(digest(call));
    }

    boolean isUncertain(ToolCall call) {
        return uncertain.contains(digest(call));
    }

    private static Digest digest(ToolCall call) {
        return Digest.of(call.name() + '\n' + CanonicalJson.write(call.arguments()));
    }
}
