package io.stoa.inspect.observation;

import io.stoa.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Observations as a SARIF 2.1.0 log, which code hosts show beside the files. See
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. A failure is an error, a lead a warning; what was not
 * tested has the kind {@code open}, what passed the kind {@code pass}.
 */
public final class SarifLog {
    private SarifLog() {}

    /** The log, to be written as UTF-8. */
    public static String write(List<Observation> observations, String version) {
        ObjectNode log = JsonMapper.shared().createObjectNode();
        log.put(
                "$schema",
                "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        log.put("version", "2.1.0");
        ObjectNode run = log.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "stoa inspect");
        driver.put("version", version);
        ArrayNode rules = driver.putArray("rules");
        for (Check check : Check.values()) {
            ObjectNode rule = rules.addObject();
            rule.put("id", check.id());
            rule.putObject("shortDescription").put("text", check.question());
        }
        run.put("columnKind", "utf16CodeUnits");
        ArrayNode results = run.putArray("results");
        observations.forEach(observation -> result(results.addObject(), observation));
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(log) + "\n";
    }

    private static void result(ObjectNode result, Observation observation) {
        result.put("ruleId", observation.check().id());
        switch (observation.outcome()) {
            case PASS -> result.put("kind", "pass").put("level", "none");
            case NOT_TESTED -> result.put("kind", "open").put("level", "none");
            case LEAD -> result.put("kind", "fail").put("level", "warning");
            case FAIL -> result.put("kind", "fail").put("level", "error");
        }
        String place = observation.place().map(where -> where + ": ").orElse("");
        String remedy = observation.remedy().map(text -> " " + text).orElse("");
        result.putObject("message").put("text", place + observation.sentence() + remedy);
        result.putArray("locations")
                .addObject()
                .putObject("physicalLocation")
                .putObject("artifactLocation")
                .put("uri", uri(observation.file()));
        result.putObject("partialFingerprints")
                .put(
                        "fileRulePlace/v1",
                        Digest.of(observation.file() + "\n"
                                        + observation.check().id() + "\n" + place)
                                .hex());
    }

    /** A relative reference of RFC 3986: what is not unreserved is escaped, byte by byte. */
    private static String uri(String path) {
        StringBuilder uri = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || "-._~/".indexOf(c) >= 0)) {
                uri.append(c);
            } else {
                uri.append(String.format(Locale.ROOT, "%%%02X", b & 0xff));
            }
        }
        return uri.toString();
    }
}
