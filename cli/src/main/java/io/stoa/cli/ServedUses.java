package io.stoa.cli;

import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.gateway.input.GatewayFile;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.approval.Approval;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * The uses that a gateway serves, as its assessments' files say them now.
 *
 * @param assessed what the use of {@code assessment} is called
 * @param byName every use by its name
 */
record ServedUses(Optional<String> assessed, SequencedMap<String, Approval.Use> byName) {
    /**
     * Reads them.
     *
     * @throws StoaException of kind {@code USER} when a file is wrong, a name means two uses, or a route names none of
     *     them
     */
    static ServedUses of(GatewayFile gateway) {
        SequencedMap<String, Approval.Use> uses = new LinkedHashMap<>();
        gateway.uses().forEach((name, file) -> {
            AssessmentFile said = StoaYaml.read(file);
            uses.put(name, Approval.Use.of(name, said.use()));
        });
        Optional<String> assessed = gateway.assessment().map(file -> {
            AssessmentFile said = StoaYaml.read(file);
            Approval.Use use = Approval.Use.of(said.useName(), said.use());
            Approval.Use other = uses.putIfAbsent(use.name(), use);
            if (other != null && !other.digest().equals(use.digest())) {
                throw StoaException.user("`uses` and the assessment " + file + " both call a use " + use.name()
                        + ", and they are not the same; rename one");
            }
            return use.name();
        });
        for (GatewayFile.RouteEntry route : gateway.routes()) {
            route.use().filter(name -> !uses.containsKey(name)).ifPresent(name -> {
                throw StoaException.user("route " + route.name() + " falls under the use " + name + ", and there are "
                        + String.join(", ", uses.keySet()) + "; name one of those, or add it under `uses`");
            });
        }
        return new ServedUses(assessed, uses);
    }

    /** The digests of their contents, as live routes want them. */
    Map<String, Digest> digests() {
        return byName.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().digest()));
    }
}
