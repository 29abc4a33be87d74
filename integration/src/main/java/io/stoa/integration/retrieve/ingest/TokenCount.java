package io.stoa.integration.retrieve.ingest;

/** How many tokens a text is, roughly or exactly. */
public interface TokenCount {
    /** Four characters a token, as English text has with most vocabularies. */
    TokenCount ROUGH = new TokenCount() {
        @Override
        public int of(String text) {
            return (text.length() + 3) / 4;
        }

        @Override
        public String name() {
            return "characters/4";
        }
    };

    int of(String text);

    /** What counts; another count makes other passages. */
    String name();
}
