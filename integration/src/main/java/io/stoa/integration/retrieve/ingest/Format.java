package io.stoa.integration.retrieve.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be read, told by the ending of a file's name. */
enum Format {
    MARKDOWN(new MarkdownParser(), "md markdown"),
    HTML(new HtmlParser(), "html htm xhtml"),
    PDF(new PdfParser(), "pdf"),
    WORD(new WordParser(), "docx"),
    SHEET(new SheetParser(), "xlsx"),
    SLIDES(new SlidesParser(), "pptx"),
    PLAIN(new PlainParser(), "txt text");

    /** Documents too, which somebody will miss when they are passed over in silence. */
    private static final List<String> OTHER_DOCUMENTS = List.of(
            "doc", "xls", "ppt", "odt", "ods", "odp", "rtf", "epub", "docm", "xlsm", "pptm", "pages", "key", "numbers");

    @SuppressWarnings("ImmutableEnumChecker") // parsers have no state
    private final Parser parser;

    private final String endings;

    Format(Parser parser, String endings) {
        this.parser = parser;
        this.endings = " " + endings + " ";
    }

    Parser parser() {
        return parser;
    }

    static Optional<Format> of(String name) {
        String ending = ending(name);
        return Arrays.stream(values())
                .filter(format -> format.endings.contains(" " + ending + " "))
                .findFirst();
    }

    /** Whether a file that cannot be read is a document all the same. */
    static boolean isOtherDocument(String name) {
        return OTHER_DOCUMENTS.contains(ending(name));
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
