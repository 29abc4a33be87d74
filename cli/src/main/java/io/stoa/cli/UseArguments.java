package io.stoa.cli;

import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.license.use.Fact;
import io.stoa.model.IntendedUse;
import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Facts about a use, as {@code --use} writes them.
 *
 * @param said those of the whole stack
 * @param own those of one model, by its name
 */
record UseArguments(Map<Fact, String> said, Map<String, Map<Fact, String>> own) {
    /**
     * Reads them; what is said of {@code multimodal} is added to the models.
     *
     * @throws StoaException of kind {@code USER} that names the one that is wrong
     */
    static UseArguments of(List<String> facts, StackArguments arguments) {
        Map<Fact, String> said = new EnumMap<>(Fact.class);
        Map<String, Map<Fact, String>> own = new HashMap<>();
        for (String fact : facts) {
            read(fact, arguments, said, own);
        }
        return new UseArguments(said, own);
    }

    /** The use of an assessment file with these facts in place of its own. */
    IntendedUse use(Optional<AssessmentFile> asked) {
        return Fact.facts(
                asked.map(AssessmentFile::use)
                        .orElseGet(() ->
                                IntendedUse.of("as said on the command line").build()),
                said);
    }

    private static void read(
            String text, StackArguments arguments, Map<Fact, String> said, Map<String, Map<Fact, String>> own) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw StoaException.user("--use " + text + ": write it as KEY=VALUE, such as commercial=true");
        }
        String value = text.substring(equals + 1);
        int dot = text.lastIndexOf('.', equals);
        String model = dot < 0 ? "" : text.substring(0, dot);
        String key = text.substring(dot + 1, equals);
        if (dot >= 0 && !arguments.names().contains(model)) {
            throw StoaException.user("--use %s: no model is called %s; the models are %s"
                    .formatted(text, model, String.join(", ", arguments.names())));
        }
        if (key.equals("multimodal")) {
            if (!value.equals("true") && !value.equals("false")) {
                throw StoaException.user("--use " + text + ": multimodal is true or false");
            }
            arguments.multimodal(model, value.equals("true"));
            return;
        }
        Fact fact = Fact.of(key)
                .orElseThrow(() -> StoaException.user("--use %s: no such key; the keys are multimodal, %s"
                        .formatted(
                                text,
                                Arrays.stream(Fact.values()).map(Fact::key).collect(Collectors.joining(", ")))));
        (dot < 0 ? said : own.computeIfAbsent(model, _ -> new EnumMap<>(Fact.class))).put(fact, value);
    }
}
