package io.stoa.integration.tool.file;

import io.stoa.integration.tool.Grant.AfterUntrusted;
import io.stoa.integration.tool.Grant.Approve;
import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.ToolLimits;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool that may be used.
 *
 * @param from the name of its source
 * @param itsName by its source
 * @param pin the definition that was approved
 * @param effects what calling it does; where it is not said, what its source promises, which MCP servers cannot
 */
public record Wanted(
        String from,
        String itsName,
        Optional<Pin> pin,
        Optional<Effects> effects,
        Approve approve,
        AfterUntrusted afterUntrusted,
        Optional<ObjectNode> narrowing,
        Set<String> destinations,
        boolean trusted,
        ToolLimits limits) {
    public Wanted {
        destinations = Set.copyOf(destinations);
    }
}
