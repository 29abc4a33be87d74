package io.stoa.integration.retrieve.ingest;

import java.util.List;

/**
 * A document's text with its structure.
 *
 * @param title its own; empty where it has none
 */
public record Parsed(String title, List<Block> blocks) {
    public Parsed {
        blocks = List.copyOf(blocks);
    }
}
