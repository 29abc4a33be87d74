package io.stoa.integration.retrieve.ingest;

/** Where documents are parsed. */
interface Reading extends AutoCloseable {
    /** A document's text with its structure, within the limits. */
    Parsed read(Format format, byte[] content) throws Unreadable;

    @Override
    void close();
}
