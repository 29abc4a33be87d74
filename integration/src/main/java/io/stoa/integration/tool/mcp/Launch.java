package io.stoa.integration.tool.mcp;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a server is started.
 *
 * @param command the program and its arguments; no shell reads them
 * @param folder it starts in
 * @param environment all of its environment: nothing else of this process's is passed on
 */
public record Launch(List<String> command, Path folder, Map<String, String> environment) {
    public Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty() || command.getFirst().isBlank()) {
            throw StoaException.user("a server is started by a command; it is empty");
        }
    }

    /**
     * A launch whose environment is {@code PATH} and what is listed, as far as this process has it.
     *
     * @param own this process's environment
     */
    public static Launch of(List<String> command, Path folder, List<String> passedOn, Map<String, String> own) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String name : passedOn) {
            String value = own.get(name);
            if (value == null) {
                throw StoaException.user("the environment variable " + name + " is to be passed on to "
                        + command.getFirst() + ", but is not set");
            }
            environment.put(name, value);
        }
        String path = own.get("PATH");
        if (path != null) {
            environment.putIfAbsent("PATH", path);
        }
        return new Launch(command, folder, environment);
    }
}
