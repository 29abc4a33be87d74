package io.stoa.integration.retrieve;

import java.util.List;

/** Makes of a question what is better looked for. */
public interface QueryRewriter {
    /** Which model and which way, for people and for evidence. */
    String name();

    /**
     * One or more wordings, the most important first; the question itself where nothing better comes to mind. For {@link
     * Retriever#find(List, int, java.util.Map)}.
     *
     * @param conversation what was said before, oldest first; often nothing
     */
    List<String> rewrite(String question, List<String> conversation);

    /** The wordings of a question that stands alone. */
    default List<String> rewrite(String question) {
        return rewrite(question, List.of());
    }
}
