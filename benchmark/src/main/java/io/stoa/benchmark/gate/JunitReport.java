package io.stoa.benchmark.gate;

import io.stoa.benchmark.gate.GateReport.Claim;
import io.stoa.benchmark.gate.GateReport.Verdict;
import io.stoa.model.StoaException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A gate as JUnit XML, which build servers show: a test case for each task and metric. FAIL becomes a failure, ERROR an
 * error, INCONCLUSIVE a skipped test with its reason.
 */
public final class JunitReport {
    private static final int REPLACEMENT = 0xFFFD;

    private JunitReport() {}

    public static String of(GateReport report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuites");
            suite(xml, report);
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new StoaException(StoaException.Kind.BUG, "the JUnit report cannot be written", e);
        }
        return text + "\n";
    }

    private static void suite(XMLStreamWriter xml, GateReport report) throws XMLStreamException {
        List<Claim> claims = report.claims();
        xml.writeStartElement("testsuite");
        attribute(xml, "name", "stoa bench gate: " + report.baseline() + " to " + report.current());
        attribute(xml, "tests", Integer.toString(claims.size()));
        attribute(xml, "failures", count(claims, Verdict.FAIL));
        attribute(xml, "errors", count(claims, Verdict.ERROR));
        attribute(xml, "skipped", count(claims, Verdict.INCONCLUSIVE));
        for (Claim claim : claims) {
            xml.writeStartElement("testcase");
            attribute(xml, "classname", claim.task());
            attribute(xml, "name", claim.metric() + " " + claim.requirement());
            switch (claim.verdict()) {
                case PASS -> {
                    xml.writeStartElement("system-out");
                    xml.writeCharacters(valid(details(claim)));
                    xml.writeEndElement();
                }
                case FAIL -> told(xml, "failure", "regression", claim);
                case ERROR -> told(xml, "error", "not measured", claim);
                case INCONCLUSIVE -> {
                    xml.writeStartElement("skipped");
                    attribute(xml, "message", sentence(claim));
                    xml.writeEndElement();
                }
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static void told(XMLStreamWriter xml, String element, String type, Claim claim) throws XMLStreamException {
        xml.writeStartElement(element);
        attribute(xml, "message", sentence(claim));
        attribute(xml, "type", type);
        xml.writeCharacters(valid(details(claim)));
        xml.writeEndElement();
    }

    private static String count(List<Claim> claims, Verdict verdict) {
        return Long.toString(
                claims.stream().filter(claim -> claim.verdict() == verdict).count());
    }

    private static String sentence(Claim claim) {
        return claim.reason() + (claim.advice().isEmpty() ? "" : ". To do: " + claim.advice());
    }

    private static String details(Claim claim) {
        return sentence(claim)
                + claim.change()
                        .map(change -> String.format(
                                Locale.ROOT,
                                "%ngain %+.4f, bounds %+.4f to %+.4f (%s); p of a loss of the margin or more %.4g, p of a"
                                        + " smaller one (Holm) %.4g",
                                change.gain(),
                                change.bounds().low(),
                                change.bounds().high(),
                                change.method(),
                                change.lossRuledOut(),
                                change.lossShown()))
                        .orElse("");
    }

    private static void attribute(XMLStreamWriter xml, String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, valid(value));
    }

    /** What XML 1.0 cannot hold, even escaped, becomes U+FFFD (section 2.2 of the specification). */
    private static String valid(String text) {
        return text.codePoints()
                .map(c -> c == '\t'
                                || c == '\n'
                                || c == '\r'
                                || (c >= 0x20 && c <= 0xD7FF)
                                || (c >= 0xE000 && c <= 0xFFFD)
                                || c >= 0x10000
                        ? c
                        : REPLACEMENT)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }
}
