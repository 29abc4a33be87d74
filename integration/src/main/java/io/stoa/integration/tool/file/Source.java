package io.stoa.integration.tool.file;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where tools come from. */
public sealed interface Source {
    /**
     * An MCP server that is started as a child process.
     *
     * @param passedOn the variables of this process's environment that it sees, besides {@code PATH}
     */
    record Child(List<String> command, Path folder, List<String> passedOn) implements Source {
        public Child {
            command = List.copyOf(command);
            passedOn = List.copyOf(passedOn);
        }
    }

    /** An MCP server that is reached over HTTP. */
    record Reached(URI address, boolean privateAllowed, Optional<Secret> secret) implements Source {}

    /**
     * An OpenAPI description.
     *
     * @param base where its operations are called
     */
    record Described(Path file, Optional<URI> base, boolean privateAllowed, Optional<Secret> secret)
            implements Source {}
}
