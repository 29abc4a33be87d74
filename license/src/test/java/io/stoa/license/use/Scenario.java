package io.stoa.license.use;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.IntendedUse;
import io.stoa.model.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A use of a stack with its expected outcome, as written in {@code scenarios.txt}.
 *
 * @param line where it stands
 * @param text the whole line
 * @param deciding the deciding clause as licence, topic and section, or a part of what is missing; may be empty
 * @param strangers the licences that it names and the knowledge base lacks
 */
record Scenario(
        int line,
        String text,
        List<Part> stack,
        IntendedUse use,
        Outcome expected,
        String deciding,
        Set<String> strangers) {

    static List<Scenario> all(Licenses licenses) throws IOException {
        Map<String, String> profiles = new HashMap<>();
        List<Scenario> scenarios = new ArrayList<>();
        int number = 0;
        for (String line : lines()) {
            number++;
            if (line.startsWith("profile ")) {
                int colon = line.indexOf(':');
                profiles.put(line.substring(8, colon), line.substring(colon + 1).strip());
            } else if (!line.isBlank() && !line.startsWith("#")) {
                scenarios.add(parse(number, line, profiles, licenses));
            }
        }
        return scenarios;
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = Scenario.class.getResourceAsStream("scenarios.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static Scenario parse(int number, String line, Map<String, String> profiles, Licenses licenses) {
        String[] fields = line.split(" \\| ?", 4);
        String[] words = fields[1].strip().split("\\s+", 0);
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        Map<String, Map<Fact, String>> own = new HashMap<>();
        for (String word :
                (profiles.get(words[0]) + " " + fields[1].strip().substring(words[0].length())).split("\\s+", 0)) {
            int equals = word.indexOf('=');
            if (word.startsWith("-")) {
                facts.remove(Fact.of(word.substring(1)).orElseThrow());
            } else if (!word.isEmpty()) {
                String key = word.substring(0, equals);
                int dot = key.indexOf('.');
                Fact fact = Fact.of(key.substring(dot + 1)).orElseThrow(() -> new IllegalArgumentException(word));
                (dot < 0 ? facts : own.computeIfAbsent(key.substring(0, dot), _ -> new EnumMap<>(Fact.class)))
                        .put(fact, word.substring(equals + 1));
            }
        }
        Set<String> strangers = new TreeSet<>();
        List<Part> stack = new ArrayList<>();
        for (String model : fields[0].split("&", 0)) {
            String written = model.strip();
            int colon = written.indexOf(':');
            String role = colon < 0 ? "generator" : written.substring(0, colon);
            stack.add(new Part(
                    role,
                    Role.valueOf(role.toUpperCase(Locale.ROOT)),
                    lineage(written.substring(colon + 1), licenses, strangers),
                    own.getOrDefault(role, Map.of())));
        }
        Outcome expected = switch (fields[2].strip()) {
            case "ALLOW" -> Outcome.ALLOWED;
            case "DUTIES" -> Outcome.ALLOWED_WITH_DUTIES;
            case "UNKNOWN" -> Outcome.UNKNOWN;
            case "FORBID" -> Outcome.FORBIDDEN;
            default -> throw new IllegalArgumentException(line);
        };
        IntendedUse use = Fact.facts(IntendedUse.of("scenario").build(), facts);
        return new Scenario(number, line, stack, use, expected, fields.length < 4 ? "" : fields[3].strip(), strangers);
    }

    private static Lineage lineage(String written, Licenses licenses, Set<String> strangers) {
        int slash = written.indexOf('/');
        Optional<Boolean> multimodal = slash < 0
                ? Optional.empty()
                : Optional.of(written.substring(slash + 1).equals("multimodal"));
        String[] models = (slash < 0 ? written : written.substring(0, slash)).split(",", 0);
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < models.length; i++) {
            steps.add(new Step(Step.Relation.BASE, "base-" + i, claims(models[i], licenses, strangers)));
        }
        steps.add(new Step(Step.Relation.MODEL, "model", claims(models[0], licenses, strangers)));
        return new Lineage(steps, Optional.empty(), multimodal);
    }

    private static List<Claim> claims(String written, Licenses licenses, Set<String> strangers) {
        List<Claim> claims = new ArrayList<>();
        for (String said : written.split("\\|", 0)) {
            Optional<License> license = licenses.find(said);
            if (said.equals("-")) {
                return List.of();
            }
            if (license.isPresent()) {
                claims.add(new Claim(
                        Claim.Kind.DECLARED, "README.md", "license", said, license.map(License::id), Optional.empty()));
            } else {
                if (!said.equals("?")) {
                    strangers.add(said);
                }
                claims.add(new Claim(
                        Claim.Kind.TEXT,
                        "LICENSE",
                        "text",
                        said,
                        Optional.empty(),
                        Optional.of("is a licence that is not known")));
            }
        }
        return claims;
    }
}
