package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Provision;
import io.stoa.license.clause.Topic;
import io.stoa.model.IntendedUse.Distribution;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Our reading beside two others that were made without it: choosealicense.com's lists of permissions, conditions and
 * limitations, and ModelGo's lists of rights. We may be stricter; where they withhold something or ask for it, so must we.
 */
class PublishedSummariesTest {
    private final Licenses licenses = new Licenses();
    private final LicenseTexts texts = LicenseTexts.present();

    @Test
    void choosealicenseWithholdsAndAsksNothingThatWeDoNot() throws IOException {
        List<String> morePermissive = new ArrayList<>();
        List<String> stricter = new ArrayList<>();
        int compared = 0;
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(texts.folder().resolve("choosealicense"), "*.txt")) {
            for (Path file : files) {
                LicenseTexts.Entry entry = LicenseTexts.Entry.of(Files.readString(file));
                String id = entry.value("spdx-id");
                Optional<License> license = licenses.find(id);
                if (license.isEmpty()) {
                    continue;
                }
                compared++;
                Map<String, Set<String>> lists = lists(entry.front());
                asked(license.get()).forEach((rule, ours) -> {
                    boolean theirs = lists.getOrDefault(rule.list(), Set.of()).stream()
                            .anyMatch(item -> item.equals(rule.item()) || item.startsWith(rule.item() + "--"));
                    boolean permissive = rule.grant() ? ours && !theirs : theirs && !ours;
                    boolean strict = rule.grant() ? theirs && !ours : ours && !theirs;
                    if (permissive) {
                        morePermissive.add(id + " " + rule.item());
                    }
                    if (strict) {
                        stricter.add(id + " " + rule.item());
                    }
                });
            }
        }
        System.out.println(compared + " licences compared; stricter than choosealicense.com: " + stricter);
        assertThat(morePermissive).isEmpty();
        assertThat(compared).isGreaterThan(35);
    }

    @Test
    void modelGoReservesNoRightThatWeGrant() throws IOException {
        Map<String, String> ours = Map.of(
                "WTFPL-2.0", "WTFPL",
                "PDDL", "PDDL-1.0",
                "C-UDA", "C-UDA-1.0",
                "LGPL-LR", "LGPLLR",
                "GFDL", "GFDL-1.3",
                "Llama2", "llama2",
                "BigScience-BLOOM-RAIL-1.0", "bigscience-bloom-rail-1.0",
                "BigScience-BLOOM-OpenRAIL-M", "bigscience-openrail-m",
                "CreativeML-OpenRAIL-M", "creativeml-openrail-m",
                "OpenRAIL++", "openrail++");
        List<String> disagreements = new ArrayList<>();
        int compared = 0;
        String id = "";
        for (String line :
                texts.read("modelgo/licenses_description.yml").lines().toList()) {
            String text = line.strip().replaceFirst(" #.*", "");
            if (text.startsWith("short_id: ")) {
                id = text.substring("short_id: ".length());
            }
            Optional<License> license = licenses.find(ours.getOrDefault(id, id));
            if (text.startsWith("reserved_rights: ") && license.isPresent()) {
                compared++;
                boolean reserved = text.contains("commercial_use");
                boolean forbidden = has(license.get(), Topic.COMMERCIAL, Effect.FORBIDS, _ -> true);
                if (reserved && !forbidden) {
                    disagreements.add(id + " reserves commercial use");
                }
            }
        }
        System.out.println(compared + " licences compared with ModelGo: " + disagreements);
        // The texts of these two name no such limit: one draws its line at computational use, the other allows a fee.
        assertThat(disagreements).isSubsetOf("C-UDA reserves commercial use", "LGPL-LR reserves commercial use");
        assertThat(compared).isGreaterThan(25);
    }

    /** An item of a list there. A grant is more permissive when we have it, a condition when we have it not. */
    private record Rule(String list, String item, boolean grant) {}

    private static Map<Rule, Boolean> asked(License license) {
        Map<Rule, Boolean> ours = new LinkedHashMap<>();
        ours.put(new Rule("permissions", "commercial-use", true), grants(license, Topic.COMMERCIAL));
        ours.put(new Rule("permissions", "modifications", true), grants(license, Topic.DERIVATIVE));
        ours.put(new Rule("permissions", "distribution", true), grants(license, Topic.REDISTRIBUTE));
        ours.put(
                new Rule("conditions", "include-copyright", false),
                provides(
                        license,
                        provision ->
                                provision instanceof Provision.NoticesKept || provision instanceof Provision.Copy));
        ours.put(
                new Rule("conditions", "document-changes", false),
                provides(license, Provision.ChangesMarked.class::isInstance));
        ours.put(
                new Rule("conditions", "disclose-source", false),
                provides(license, Provision.Documentation.class::isInstance)
                        || has(license, Topic.FLOW_DOWN, Effect.UNCLEAR, _ -> true));
        ours.put(
                new Rule("conditions", "same-license", false),
                license.flowsDown() && has(license, Topic.FLOW_DOWN, Effect.DUTY, _ -> true));
        ours.put(
                new Rule("conditions", "network-use-disclose", false),
                has(license, Topic.FLOW_DOWN, Effect.DUTY, PublishedSummariesTest::hosting));
        return ours;
    }

    private static boolean hosting(Clause clause) {
        return clause.when().stream()
                .anyMatch(condition -> condition instanceof Condition.Distributed distributed
                        && distributed.ways().contains(Distribution.HOSTED));
    }

    private static boolean grants(License license, Topic topic) {
        return has(license, topic, Effect.ALLOWS, _ -> true)
                && !has(license, topic, Effect.FORBIDS, clause -> clause.when().size() <= 1);
    }

    private static boolean provides(License license, Predicate<Provision> what) {
        return license.clauses().stream()
                .flatMap(clause -> clause.provides().stream())
                .anyMatch(what);
    }

    private static boolean has(License license, Topic topic, Effect effect, Predicate<Clause> which) {
        return license.clauses().stream()
                .anyMatch(clause -> clause.topic() == topic && clause.effect() == effect && which.test(clause));
    }

    /** The lists of YAML front matter whose items are words. */
    private static Map<String, Set<String>> lists(String front) {
        Map<String, Set<String>> lists = new LinkedHashMap<>();
        String list = "";
        for (String line : front.lines().toList()) {
            if (line.matches("[a-z-]+:.*")) {
                list = line.substring(0, line.indexOf(':'));
            } else if (line.startsWith("  - ")) {
                lists.computeIfAbsent(list, _ -> new LinkedHashSet<>())
                        .add(line.substring(4).strip());
            }
        }
        return lists;
    }
}
