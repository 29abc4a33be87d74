package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.license.clause.Licenses;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said about a text, on the licence that Stoa itself is under. */
class RecognitionTest {
    private static final Licenses LICENSES = new Licenses();

    @Test
    void aDifferenceHasItsLinesAndWords() throws IOException {
        List<String> lines = apache().lines().toList();
        int line = lineOf(lines, "Sections 1 through 9");
        Recognition.Modified modified = modified(apache().replace("Sections 1 through 9", "Sections 1 through 8"));

        assertThat(modified.license()).isEqualTo("Apache-2.0");
        assertThat(modified.change()).isEqualTo(Recognition.Change.CHANGED);
        Recognition.Difference difference = modified.differences().getFirst();
        assertThat(difference.firstLine()).isEqualTo(line);
        assertThat(difference.added()).isEqualTo("8");
        assertThat(difference.missingWords()).isEqualTo(1);
        assertThat(difference.before()).isEqualTo("by sections 1 through");
        assertThat(difference.after()).isEqualTo("of this document licensor");
        assertThat(modified.sentence()).contains("line " + line).contains("\"8\" instead of 1 word of the licence");
    }

    @Test
    void whatLacksIsShownByItsPlace() throws IOException {
        Recognition.Difference difference = modified(
                        apache().replaceFirst("worldwide,\\s+non-exclusive,", "worldwide,"))
                .differences()
                .getFirst();

        assertThat(difference.added()).isEmpty();
        assertThat(difference.missingWords()).isEqualTo(1);
        assertThat(difference.sentence()).contains("1 word of the licence missing");
        assertThat(difference.before()).endsWith("worldwide");
    }

    @Test
    void aFurtherTermIsShownWithItsLine() throws IOException {
        String text = apache() + "\n\nThe model must not be used in hospitals.\n";
        Recognition.Modified modified = modified(text);

        assertThat(modified.change()).isEqualTo(Recognition.Change.EXTENDED);
        assertThat(modified.likeness()).isEqualTo(1);
        Recognition.Difference added = modified.differences().getLast();
        assertThat(added.added()).isEqualTo("the model must not be used in hospitals");
        assertThat(added.firstLine()).isEqualTo((int) apache().lines().count() + 3);
    }

    @Test
    void aTruncatedTextSaysWhichShareIsThere() throws IOException {
        String text = apache();
        Recognition.Modified start = modified(text.substring(0, text.indexOf("5. Submission of Contributions")));
        Recognition.Modified end = modified(text.substring(text.indexOf("4. Redistribution")));

        assertThat(start.change()).isEqualTo(Recognition.Change.CUT_SHORT);
        assertThat(start.likeness()).isBetween(0.5, 0.85);
        assertThat(start.sentence()).contains("truncated Apache-2.0: the first ");
        assertThat(end.change()).isEqualTo(Recognition.Change.LACKS_BEGINNING);
    }

    @Test
    void swappedParagraphsAreAnotherOrder() throws IOException {
        String text = apache();
        int seven = text.indexOf("7. Disclaimer of Warranty");
        int eight = text.indexOf("8. Limitation of Liability");
        int nine = text.indexOf("9. Accepting Warranty");
        Recognition.Modified modified = modified(text.substring(0, seven)
                + text.substring(eight, nine)
                + text.substring(seven, eight)
                + text.substring(nine));

        assertThat(modified.change()).isEqualTo(Recognition.Change.REORDERED);
    }

    @Test
    void severalLicencesHaveTheirLines() throws IOException {
        String mit =
                Copies.text(LicenseTexts.present(), "choosealicense/mit.txt").strip();
        int apacheLines = (int) apache().lines().count();
        Recognition recognition = LICENSES.recognize(apache() + "\n" + mit + "\n\nSee also the notices.\n");

        assertThat(recognition).isInstanceOfSatisfying(Recognition.Several.class, several -> {
            assertThat(several.licenses()).containsExactly("Apache-2.0", "MIT");
            assertThat(several.parts()).allMatch(Recognition.Part::whole);
            assertThat(several.parts().getFirst().firstLine()).isLessThan(5);
            assertThat(several.parts().getLast().firstLine()).isBetween(apacheLines + 1, apacheLines + 8);
            assertThat(several.further()).hasSize(1);
            assertThat(several.further().getFirst().added()).isEqualTo("see also the notices");
        });
    }

    @Test
    void theTextOfTheGplDoesNotSayWhetherLaterVersionsMayBeChosen() throws IOException {
        assertThat(LICENSES.recognize(Copies.text(LicenseTexts.present(), "choosealicense/gpl-3.0.txt")))
                .isInstanceOfSatisfying(Recognition.Known.class, known -> {
                    assertThat(known.license()).isEqualTo("GPL-3.0-only");
                    assertThat(known.alike()).contains("GPL-3.0-or-later");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "windows-1252"})
    void anyUsualEncodingIsRead(String charset, @TempDir Path folder) throws IOException {
        String text = "Copyright 2026 J\u00f6rg M\u00fcller\n\n" + apache();
        Path file = Files.write(folder.resolve("LICENSE"), text.getBytes(Charset.forName(charset)));

        assertThat(LICENSES.recognize(file)).isInstanceOf(Recognition.Known.class);
    }

    @Test
    void typographyOfWebAndPrintDoesNotMatter() throws IOException {
        String text = apache();
        assertKnown("\uFEFF" + text.replace("\n", "\r"));
        assertKnown(text.replace(" ", "\u00A0"));
        assertKnown(fullWidth(text));
        assertKnown(text.replace("fi", "\uFB01").replace("fl", "\uFB02"));
        assertKnown(text.replace("non-exclusive", "non exclusive").replace("License", "Licence"));
        assertKnown(paged(text));
    }

    /** A saved page of a model hub: menus before and after, the file in a table of lines. */
    @Test
    void aSavedPageIsRead() throws IOException {
        String escaped = apache().replace("&", "&amp;").replace("<", "&lt;");
        String page =
                "<!DOCTYPE html><html><head><title>LICENSE at main</title><script>var a = '<p>';</script></head><body>"
                        + "<header><nav><a href=/models>Models</a><a>Datasets</a></nav></header><h1>example/model</h1>"
                        + "<a>Model card</a><a>Files</a><button>Use this model</button><div>main</div><div>LICENSE</div>"
                        + "<table><tr><td><pre>" + escaped
                        + "</pre></td></tr></table><footer><div>Company</div><div>Terms</div>"
                        + "<div>Privacy</div></footer></body></html>";
        assertKnown(page);
        assertThat(LICENSES.recognize(
                        page.replace("<div>Company", "<p>It must not be used for profit.</p><div>Company")))
                .isInstanceOf(Recognition.Modified.class);
    }

    @Test
    void anotherLanguageIsSaidToBeOne() {
        for (String text : List.of(
                "Dieses Modell darf jeder benutzen, der sich an die folgenden Bedingungen hält: es wird nicht weiterverkauft, und"
                        + " wer es ändert, schreibt dazu, was er geändert hat und wann das war.",
                "Каждый может пользоваться этой моделью при соблюдении следующих условий: она не перепродаётся, и тот, кто её"
                        + " изменил, пишет, что именно он изменил и когда это было сделано.")) {
            assertThat(LICENSES.recognize(text))
                    .isInstanceOfSatisfying(
                            Recognition.Unrecognized.class,
                            unrecognized -> assertThat(unrecognized.reason()).contains("another language"));
        }
    }

    @Test
    @Timeout(180)
    void hostileTextsTakeLinearTime() {
        for (String piece : List.of(
                "a.",
                "-\n",
                "<p ",
                "<script>",
                "<!--",
                "&#",
                "[",
                "](",
                "http://",
                "copyright ",
                "1. ",
                "license ",
                "(c)\n")) {
            String text = piece.repeat(300_000 / piece.length());
            long started = System.nanoTime();
            assertThat(LICENSES.recognize(text)).as(piece).isNotInstanceOf(Recognition.Known.class);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).as(piece).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void fiftyMegabytesAreRefusedAtOnce() {
        char[] text = new char[50_000_000];
        Arrays.fill(text, 'x');
        assertThat(LICENSES.recognize(new String(text)))
                .isInstanceOfSatisfying(
                        Recognition.Unrecognized.class,
                        unrecognized -> assertThat(unrecognized.reason())
                                .contains("50.0 million characters")
                                .contains("file of its own"));
    }

    private static String apache() throws IOException {
        return Files.readString(Path.of("../LICENSE"), StandardCharsets.UTF_8);
    }

    private static int lineOf(List<String> lines, String part) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(part)) {
                return i + 1;
            }
        }
        throw new AssertionError(part);
    }

    private static String fullWidth(String text) {
        StringBuilder wide = new StringBuilder();
        text.chars().forEach(c -> wide.append(c > ' ' && c < 127 ? (char) (c + 0xFEE0) : (char) c));
        return wide.toString();
    }

    private static String paged(String text) {
        StringBuilder paged = new StringBuilder();
        int count = 0;
        for (String line : text.split("\n", -1)) {
            paged.append(line).append('\n');
            if (++count % 40 == 0) {
                paged.append("\n   Page ").append(count / 40).append(" of 9\n\f   Terms of the Example Project\n\n");
            }
        }
        return paged.toString();
    }

    private static void assertKnown(String text) {
        assertThat(LICENSES.recognize(text))
                .isInstanceOfSatisfying(
                        Recognition.Known.class,
                        known -> assertThat(known.license()).isEqualTo("Apache-2.0"));
    }

    private static Recognition.Modified modified(String text) {
        Recognition recognition = LICENSES.recognize(text);
        assertThat(recognition).isInstanceOf(Recognition.Modified.class);
        return (Recognition.Modified) recognition;
    }
}
