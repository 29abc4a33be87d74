package io.stoa.license.audit;

import io.stoa.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An audit as a SARIF 2.1.0 log, which code hosts show beside the files. See
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Places are relative to the audited folder; a fingerprint
 * of model, rule and file stays the same when only the wording of a finding changes.
 */
public final class Sarif {
    /** The line about advice, for readers of the log. */
    private static final String NOTE = "Readings in our own words, not legal advice.";

    private Sarif() {}

    /** The log, to be written as UTF-8. */
    public static String write(Audit audit, String version) {
        ObjectNode log = JsonMapper.shared().createObjectNode();
        log.put(
                "$schema",
                "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        log.put("version", "2.1.0");
        ObjectNode run = log.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "stoa license audit");
        driver.put("version", version);
        driver.putObject("fullDescription").put("text", NOTE);
        ArrayNode rules = driver.putArray("rules");
        for (Rule rule : Rule.values()) {
            ObjectNode described = rules.addObject();
            described.put("id", rule.id());
            described.putObject("shortDescription").put("text", rule.title());
            described.putObject("help").put("text", rule.help());
            described
                    .putObject("defaultConfiguration")
                    .put("level", rule.level().lowerCase());
        }
        run.put("columnKind", "utf16CodeUnits");
        ArrayNode results = run.putArray("results");
        List<Rule> order = Arrays.asList(Rule.values());
        for (Audit.Model model : audit.models()) {
            model.issues().forEach(issue -> result(results.addObject(), model, issue, order.indexOf(issue.rule())));
        }
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(log) + "\n";
    }

    private static void result(ObjectNode result, Audit.Model model, Issue issue, int index) {
        result.put("ruleId", issue.rule().id());
        result.put("ruleIndex", index);
        result.put("level", issue.rule().level().lowerCase());
        result.putObject("message").put("text", model.name() + ": " + issue.message());
        ObjectNode place = result.putArray("locations").addObject().putObject("physicalLocation");
        place.putObject("artifactLocation").put("uri", uri(issue.file()));
        issue.line().ifPresent(line -> place.putObject("region").put("startLine", line));
        result.putObject("partialFingerprints")
                .put(
                        "modelRuleFile/v1",
                        Digest.of(model.name() + "\n" + issue.rule().id() + "\n" + issue.file())
                                .hex());
        issue.excepted()
                .ifPresent(reason -> result.putArray("suppressions")
                        .addObject()
                        .put("kind", "external")
                        .put("justification", reason));
    }

    /** A relative reference of RFC 3986: what is not unreserved is escaped, byte by byte. */
    static String uri(String path) {
        StringBuilder uri = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain || "-._~/".indexOf(c) >= 0) {
                uri.append(c);
            } else {
                uri.append('%').append("%02X".formatted(b & 0xff));
            }
        }
        return uri.toString();
    }
}
