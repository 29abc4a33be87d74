package io.stoa.integration.tool;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool, and what it may be used for.
 *
 * @param tool what is called
 * @param approve when a person is asked before it is called
 * @param afterUntrusted what holds once the run has read what anybody may have written
 * @param narrowing a JSON Schema that arguments must meet besides the tool's own, such as the hosts or ids that are
 *     allowed
 * @param destinations arguments that say where something goes: a recipient, an address. After untrusted content, one
 *     whose value stands in nothing that is trusted is held to {@code afterUntrusted}, whatever the tool's effects; with
 *     {@link AfterUntrusted#ALLOW} a person is asked
 * @param trusted whether what it answers is as good as what the user said; else it is data, and marked as such
 */
public record Grant(
        Tool tool,
        Approve approve,
        AfterUntrusted afterUntrusted,
        Optional<ObjectNode> narrowing,
        Set<String> destinations,
        boolean trusted,
        ToolLimits limits) {
    public Grant {
        requireNonNull(tool, "tool");
        requireNonNull(approve, "approve");
        requireNonNull(afterUntrusted, "afterUntrusted");
        requireNonNull(narrowing, "narrowing");
        requireNonNull(limits, "limits");
        destinations = Set.copyOf(destinations);
    }

    /** A tool under the strictest defaults: what has effects needs a person, and what it answers is not trusted. */
    public static Grant of(Tool tool) {
        return new Grant(
                tool,
                Approve.ON_EFFECTS,
                AfterUntrusted.APPROVE,
                Optional.empty(),
                Set.of(),
                false,
                ToolLimits.DEFAULT);
    }

    public Grant approved(Approve when) {
        return new Grant(tool, when, afterUntrusted, narrowing, destinations, trusted, limits);
    }

    public Grant afterUntrusted(AfterUntrusted what) {
        return new Grant(tool, approve, what, narrowing, destinations, trusted, limits);
    }

    public Grant narrowedTo(ObjectNode schema) {
        return new Grant(tool, approve, afterUntrusted, Optional.of(schema), destinations, trusted, limits);
    }

    public Grant withDestinations(String... arguments) {
        return new Grant(tool, approve, afterUntrusted, narrowing, Set.copyOf(List.of(arguments)), trusted, limits);
    }

    public Grant trusting(boolean itsAnswers) {
        return new Grant(tool, approve, afterUntrusted, narrowing, destinations, itsAnswers, limits);
    }

    public Grant within(ToolLimits its) {
        return new Grant(tool, approve, afterUntrusted, narrowing, destinations, trusted, its);
    }

    /** When a person is asked before a call. */
    public enum Approve {
        ALWAYS,
        /** Unless the tool only looks. */
        ON_EFFECTS,
        NEVER
    }

    /** What holds for a call with effects once untrusted content was read. */
    public enum AfterUntrusted {
        /** A person is asked, even where {@link Approve} does not ask. */
        APPROVE,
        DENY,
        /** The same as before. */
        ALLOW
    }
}
