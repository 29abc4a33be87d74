package io.stoa.integration.retrieve.ingest;

import java.util.List;

/** A part of a document's structure. */
public sealed interface Block {
    Where where();

    /**
     * What stands above the blocks that follow.
     *
     * @param level 1 is the highest
     */
    record Heading(int level, String text, Where where) implements Block {}

    /** A paragraph, an item of a list, a piece of code. */
    record Text(String text, Where where) implements Block {}

    /**
     * A table.
     *
     * @param rows the first is its head; each a list of cells
     */
    record Table(List<List<String>> rows, Where where) implements Block {
        public Table {
            rows = rows.stream().map(List::copyOf).toList();
        }
    }
}
