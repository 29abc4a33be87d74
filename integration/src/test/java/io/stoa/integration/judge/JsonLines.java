package io.stoa.integration.judge;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON that tests write. */
final class JsonLines {
    private JsonLines() {}

    static ObjectNode object(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }
}
