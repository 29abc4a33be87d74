package io.stoa.cli;

import io.stoa.gateway.cascade.Cascade.Choice;
import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.gateway.cascade.Certificate;
import io.stoa.gateway.cascade.CertifiedCascade;
import io.stoa.gateway.cascade.FittedCascade;
import io.stoa.gateway.cascade.LabelledFiles;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "explain",
        description = "Say which model would answer a prompt, why, and under which certificate.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa route explain route.json \"What age is Kilofin?\"",
            "  stoa route explain route.json \"7 - 6 =\" --answer"
                    + " '{\"text\":\"1\",\"finish\":\"stop\",\"tokenLogProbabilities\":[-0.1],\"margins\":[2.2]}'"
        })
final class RouteExplainCommand implements Runnable {
    private static final int SHOWN = 12;

    private final House house;

    @Parameters(index = "0", paramLabel = "ROUTE", description = "What stoa route fit wrote.")
    private Path route = Path.of("route.json");

    @Parameters(index = "1", paramLabel = "PROMPT", description = "What is asked.")
    private String prompt = "";

    @Option(
            names = "--answer",
            paramLabel = "JSON",
            description = "What the small model answered: text, finish, tokenLogProbabilities, margins.")
    private Optional<String> answer = Optional.empty();

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    RouteExplainCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        FittedCascade fitted = FittedCascade.read(route);
        Certificate certificate = fitted.certificate();
        CertifiedCascade cascade =
                new CertifiedCascade(fitted, certificate.small(), certificate.large(), Optional.empty());
        Optional<LocalAnswer> given = answer.map(RouteExplainCommand::parsed);
        Choice before = cascade.before(prompt);
        Optional<Choice> after = given.map(one -> cascade.after(prompt, one));
        List<Map.Entry<String, Double>> prompts = fitted.explainPrompt(prompt);
        List<Map.Entry<String, Double>> answers =
                given.map(one -> fitted.explainAnswer(prompt, one)).orElse(List.of());
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("certificate", certificate.id());
            all.put("why", certificate.why());
            all.put("score", fitted.promptScore(prompt));
            all.put("before", before);
            all.put("features", prompts);
            after.ifPresent(choice -> all.put("after", choice));
            all.put("answerFeatures", answers);
            house.out().println(JsonMapper.shared().writeValueAsString(all));
            return;
        }
        house.out().println("Certificate " + certificate.id() + ": " + certificate.why() + ".");
        house.out()
                .println("Before generation: "
                        + (before.local() ? "the small model is asked" : "the large model answers") + ": "
                        + before.reason() + ".");
        table(prompts);
        after.ifPresent(choice -> {
            house.out()
                    .println("After generation: "
                            + (choice.local() ? "the small model's answer is used" : "the large model is asked") + ": "
                            + choice.reason() + ".");
            table(answers);
        });
        if (after.isEmpty() && fitted.readsAnswers() && before.local()) {
            house.out().println("Whether its answer is used depends on the answer; give one with --answer.");
        }
    }

    private static LocalAnswer parsed(String text) {
        try {
            return LabelledFiles.answer(JsonMapper.shared().readTree(text));
        } catch (JacksonException | IllegalArgumentException e) {
            throw StoaException.user("--answer: is no answer as JSON: " + e.getMessage());
        }
    }

    private void table(List<Map.Entry<String, Double>> features) {
        features.stream()
                .filter(feature -> feature.getValue() != 0)
                .limit(SHOWN)
                .forEach(feature ->
                        house.out().printf(Locale.ROOT, "  %+8.3f  %s%n", feature.getValue(), feature.getKey()));
        house.out().println("  (added to the score's logit, the weightiest first)");
    }
}
