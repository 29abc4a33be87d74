package io.stoa.license.pack;

import io.stoa.license.clause.Licenses;
import io.stoa.license.use.Part;
import io.stoa.license.use.StackAnswer;
import io.stoa.license.use.StackExaminer;
import io.stoa.model.IntendedUse;
import io.stoa.model.StoaException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a pack must hold, worked out from nothing but the models and facts that its manifest states.
 *
 * @param answer what the use comes to
 * @param requirements what it asks for
 * @param pages the pages as they must read
 */
record Expectation(StackAnswer answer, List<Requirement> requirements, Pages pages) {
    /**
     * Works it out.
     *
     * @param texts what lies in the pack, by path
     * @throws StoaException of kind {@code USER} when a licence is not known, or the facts contradict each other
     */
    static Expectation of(Licenses licenses, Manifest manifest, Map<String, String> texts) {
        for (PackedModel model : manifest.models()) {
            for (PackedStep step : model.steps()) {
                Stream.concat(step.license().stream(), step.possible().stream()).forEach(id -> {
                    if (licenses.all().stream()
                            .noneMatch(license -> license.id().equals(id))) {
                        throw StoaException.user("no licence \"" + PackVerifier.shown(id) + "\" is known");
                    }
                });
            }
        }
        List<Part> stack = manifest.stack();
        IntendedUse use = manifest.use();
        StackAnswer answer = new StackExaminer(licenses).examine(stack, use);
        List<Requirement> requirements = Requirement.of(licenses, stack, use);
        Map<String, String> copies = new HashMap<>();
        manifest.papers()
                .forEach(paper ->
                        Optional.ofNullable(texts.get(paper.path())).ifPresent(text -> copies.put(paper.path(), text)));
        return new Expectation(answer, requirements, new Pages(stack, use, requirements, manifest.names(), copies));
    }
}
