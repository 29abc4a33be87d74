package io.stoa.integration.tool.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.tool.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ToolWorldTest {
    private static final String STATE =
            "{\"tickets\": {\"T-1\": {\"status\": \"open\", \"votes\": 2}, \"T-2\": {\"status\": \"open\"}},"
                    + " \"users\": {}}";

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }

    private static String call(ToolWorld world, String name, String arguments) {
        Tool tool = world.tools().stream()
                .filter(each -> each.description().name().equals(name))
                .findFirst()
                .orElseThrow();
        return tool.call(json(arguments), "e", Duration.ofSeconds(5));
    }

    @Test
    void callsChangeTheState() {
        ToolWorld world = new ToolWorld(json(STATE));
        assertThat(world.tools()).hasSize(10);
        assertThat(call(world, "list_tickets", "{}")).isEqualTo("[\"T-1\",\"T-2\"]");
        assertThat(call(world, "get_tickets", "{\"id\": \"T-2\"}")).isEqualTo("{\"status\":\"open\"}");
        assertThat(call(world, "update_tickets", "{\"id\": \"T-2\", \"fields\": {\"status\": \"closed\"}}"))
                .isEqualTo("{\"status\":\"closed\"}");
        assertThat(call(world, "create_users", "{\"id\": \"ann\", \"fields\": {\"age\": 7}}"))
                .isEqualTo("Created.");
        assertThat(call(world, "create_users", "{\"id\": \"ann\", \"fields\": {}}"))
                .isEqualTo("The tool reports an error: there is a ann among users already");
        assertThat(call(world, "delete_tickets", "{\"id\": \"T-9\"}"))
                .isEqualTo("The tool reports an error: there is no T-9 among tickets");
        call(world, "delete_tickets", "{\"id\": \"T-1\"}");
        assertThat(ToolWorld.differences(
                        json("{\"tickets\": {\"T-2\": {\"status\": \"closed\"}}, \"users\": {\"ann\": {\"age\":"
                                + " 7.0}}}"),
                        world.state()))
                .isEmpty();
        assertThat(ToolWorld.differences(json(STATE), world.state()))
                .containsExactly(
                        "/tickets/T-1: expected {\"status\":\"open\",\"votes\":2}, is nothing",
                        "/tickets/T-2/status: expected \"open\", is \"closed\"",
                        "/users/ann: expected nothing, is {\"age\":7}");
    }

    /** Whichever calls lead there, an equal state is equal, and one that differs in one place is not. */
    @Test
    void oneDifferenceIsOneDifference() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            ObjectNode expected = json("{\"a\": {}, \"b\": {}}");
            for (int record = 0; record < 10; record++) {
                expected.withObject(random.nextBoolean() ? "/a" : "/b")
                        .putObject("r" + record)
                        .put("n", random.nextInt(1000))
                        .put("t", "x" + random.nextInt());
            }
            assertThat(ToolWorld.differences(expected, expected.deepCopy())).isEmpty();
            ObjectNode other = expected.deepCopy();
            String place = other.path("a").isEmpty() ? "b" : "a";
            String id = other.path(place).propertyNames().iterator().next();
            switch (random.nextInt(4)) {
                case 0 -> other.withObject("/" + place).remove(id);
                case 1 -> other.withObject("/" + place + "/" + id).put("n", -1);
                case 2 -> other.withObject("/" + place + "/" + id).put("n", "text");
                default -> other.withObject("/" + place).putObject("more");
            }
            assertThat(ToolWorld.differences(expected, other))
                    .as("seed " + seed)
                    .hasSize(1);
        }
    }

    @Test
    void whatIsNoStateIsRefused() {
        for (String state : List.of("{\"a b\": {}}", "{\"a\": []}", "{\"a\": {\"b\": 1}}")) {
            assertThatThrownBy(() -> new ToolWorld(json(state))).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
