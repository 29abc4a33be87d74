package io.stoa.assess.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.assess.Assessment;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
    private static Document parse(String page) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(page)));
    }

    private static List<Element> elements(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    @Test
    void isOnePageThatAsksForNothing() throws Exception {
        String html = HtmlReport.render(SampleAssessment.nine());
        Document page = parse(html);
        for (String name : List.of("script", "link", "img", "iframe", "object", "base", "form")) {
            assertThat(elements(page, name)).as(name).isEmpty();
        }
        for (Element element : elements(page, "*")) {
            for (String attribute : List.of("src", "style", "onload", "onclick", "xlink:href")) {
                assertThat(element.hasAttribute(attribute)).as(attribute).isFalse();
            }
        }
        String style = elements(page, "style").getFirst().getTextContent();
        assertThat(style).doesNotContain("url(").doesNotContain("@import");
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8)));
        assertThat(elements(page, "meta"))
                .extracting(meta -> meta.getAttribute("content"))
                .anyMatch(content -> content.startsWith("default-src 'none'; style-src 'sha256-" + hash + "';"));
    }

    @Test
    void linksLeadSomewhereAndNamesAreUnique() throws Exception {
        Document page = parse(HtmlReport.render(SampleAssessment.nine()));
        Set<String> ids = new HashSet<>();
        for (Element element : elements(page, "*")) {
            if (element.hasAttribute("id")) {
                assertThat(ids.add(element.getAttribute("id")))
                        .as(element.getAttribute("id"))
                        .isTrue();
            }
        }
        assertThat(elements(page, "a"))
                .hasSizeGreaterThan(18)
                .allSatisfy(link ->
                        assertThat(link.getAttribute("href").substring(1)).isIn(ids));
    }

    @Test
    void headingsDescendAndPicturesHaveTitles() throws Exception {
        Document page = parse(HtmlReport.render(SampleAssessment.nine()));
        int level = 0;
        for (Element element : elements(page, "*")) {
            if (element.getTagName().matches("h[1-6]")) {
                int next = element.getTagName().charAt(1) - '0';
                assertThat(next).as(element.getTextContent()).isLessThanOrEqualTo(level + 1);
                level = next;
            }
            if (element.getTagName().equals("svg") && !element.hasAttribute("aria-hidden")) {
                assertThat(((Element) element.getFirstChild()).getTagName()).isEqualTo("title");
            }
        }
        assertThat(elements(page, "h1")).hasSize(1);
        // two panels and a chart per task
        assertThat(elements(page, "svg").stream().filter(svg -> svg.hasAttribute("role")))
                .hasSize(6);
    }

    @Test
    void showsEveryAnswerNumberAndReason() throws Exception {
        Assessment assessment = SampleAssessment.nine();
        String text = parse(HtmlReport.render(assessment)).getDocumentElement().getTextContent();
        assertThat(text).contains("READY", "READY IF", "NOT READY", "UNDECIDED");
        assertThat(text).contains(assessment.ledgerHead().digest().toString());
        for (Assessment.Result result : assessment.results()) {
            result.findings().forEach(finding -> {
                assertThat(text).contains(finding.sentence());
                finding.remedy().ifPresent(remedy -> assertThat(text).contains(remedy));
                finding.quantities()
                        .forEach(quantity -> assertThat(text)
                                .contains(
                                        Wording.value(quantity),
                                        Wording.interval(quantity),
                                        quantity.by(),
                                        quantity.from()));
                finding.evidence()
                        .forEach(ref -> assertThat(text)
                                .contains("ledger entry " + ref.sequence() + " "
                                        + ref.digest().abbreviated()));
            });
        }
    }

    @Test
    void hostileTextStaysText() throws Exception {
        String html = HtmlReport.render(Hostile.assessment());
        Document page = parse(html);
        assertThat(elements(page, "script")).isEmpty();
        assertThat(html).doesNotContain("<script").doesNotContain("\u001b").doesNotContain("\u202e");
        assertThat(page.getDocumentElement().getTextContent())
                .contains("<script>alert('x')</script>\"onload=\"y\" & {} ");
    }

    @Test
    void nothingToShowIsAPageToo() throws Exception {
        Assessment sample = SampleAssessment.nine();
        Document page = parse(HtmlReport.render(new Assessment(
                sample.name(),
                sample.version(),
                sample.started(),
                sample.took(),
                sample.machine(),
                sample.workload(),
                sample.use(),
                List.of(),
                List.of(),
                sample.ledgerHead())));
        assertThat(page.getDocumentElement().getTextContent()).contains("There was no candidate to assess.");
    }

    /** Leaves the pages where a person can look at them. */
    @Test
    void canBeLookedAt() throws IOException {
        Path page = Path.of("target", "sample-report.html");
        Files.writeString(page, HtmlReport.render(SampleAssessment.nine()));
        Files.writeString(Path.of("target", "hostile-report.html"), HtmlReport.render(Hostile.assessment()));
        assertThat(page).isNotEmptyFile();
    }
}
