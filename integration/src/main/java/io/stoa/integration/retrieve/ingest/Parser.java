package io.stoa.integration.retrieve.ingest;

import java.io.IOException;

/** Takes the text out of one format. */
interface Parser {
    void parse(byte[] content, Gathered into) throws IOException, Unreadable;
}
