package io.stoa.inspect.template;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A conversation to render.
 *
 * @param name what it is for, in findings
 * @param turns its messages
 * @param tools whether a tool is on offer
 * @param prompt whether the prompt ends where the answer begins
 */
record Conversation(String name, List<Turn> turns, boolean tools, boolean prompt) {
    static final String BEGIN = "<s>";
    static final String END = "</s>";

    /** One message. */
    record Turn(String role, String content) {}

    Conversation {
        turns = List.copyOf(turns);
    }

    /** Messages of these roles (s, u, a) with words that mean nothing and occur nowhere else. */
    static Conversation of(String name, String roles, boolean tools, boolean prompt) {
        List<Turn> turns = new ArrayList<>();
        for (int at = 0; at < roles.length(); at++) {
            String role = switch (roles.charAt(at)) {
                case 's' -> "system";
                case 'u' -> "user";
                default -> "assistant";
            };
            turns.add(new Turn(role, Words.neutral(at)));
        }
        return new Conversation(name, turns, tools, prompt);
    }

    /** The same with another content in one place. */
    Conversation with(int place, String content) {
        List<Turn> other = new ArrayList<>(turns);
        other.set(place, new Turn(turns.get(place).role(), content));
        return new Conversation(name, other, tools, prompt);
    }

    ObjectNode variables() {
        ObjectNode variables = JsonNodeFactory.instance.objectNode();
        ArrayNode messages = variables.putArray("messages");
        turns.forEach(turn -> messages.addObject().put("role", turn.role()).put("content", turn.content()));
        if (tools) {
            ObjectNode function = variables.putArray("tools").addObject();
            function.put("type", "function");
            ObjectNode described = function.putObject("function");
            described.put("name", "look_up").put("description", "Looks up a word.");
            ObjectNode parameters = described.putObject("parameters");
            parameters.put("type", "object");
            parameters
                    .putObject("properties")
                    .putObject("word")
                    .put("type", "string")
                    .put("description", "The word.");
            parameters.putArray("required").add("word");
        } else {
            variables.putNull("tools");
        }
        variables.putNull("documents");
        variables.put("add_generation_prompt", prompt);
        variables.put("bos_token", BEGIN);
        variables.put("eos_token", END);
        return variables;
    }
}
