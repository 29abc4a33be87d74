package io.stoa.integration.retrieve.ingest;

/** Plain text: paragraphs between empty lines. */
final class PlainParser implements Parser {
    @Override
    public void parse(byte[] content, Gathered into) throws Unreadable {
        StringBuilder paragraph = new StringBuilder();
        int begun = 1;
        int number = 0;
        for (String line : Decoded.of(content).split("\n", -1)) {
            number++;
            if (line.isBlank()) {
                into.text(paragraph.toString(), Where.line(begun));
                paragraph.setLength(0);
            } else {
                if (paragraph.isEmpty()) {
                    begun = number;
                }
                paragraph.append(line).append('\n');
            }
        }
        into.text(paragraph.toString(), Where.line(begun));
    }
}
