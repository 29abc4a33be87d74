package io.stoa.integration.tool.mcp;

import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Tool;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A pinned tool of a server; closing it closes the server, which its tools share. */
record McpTool(McpServer server, String itsName, Pin pin, Description description) implements Tool {
    @Override
    public Optional<String> objection(Duration patience) {
        return server.changed(itsName, pin, patience);
    }

    @Override
    public String call(ObjectNode arguments, String effect, Duration patience) {
        return server.call(itsName, arguments, effect, patience);
    }

    @Override
    public void close() {
        server.close();
    }
}
