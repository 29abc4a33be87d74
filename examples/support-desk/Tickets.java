import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The desk's tickets as an MCP server on standard input and output, in one file without a library: {@code java Tickets.java FILE}
 * appends each ticket to the file. A server of your own had better use the MCP SDK.
 */
final class Tickets {
    private static final Pattern METHOD = Pattern.compile("\"method\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*(\\d+|\"[^\"]*\")");
    private static final Pattern QUESTION = Pattern.compile("\"question\"\\s*:\\s*(\"(?:[^\"\\\\]|\\\\.)*\")");
    private static final Pattern VERSION = Pattern.compile("\"protocolVersion\"\\s*:\\s*\"([^\"]+)\"");

    private Tickets() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]).toAbsolutePath();
        Files.createDirectories(file.getParent());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String id = first(ID, line);
            if (!id.isEmpty()) {
                System.out.println("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result(line, file) + "}");
                System.out.flush();
            }
        }
    }

    private static String result(String line, Path file) throws IOException {
        return switch (first(METHOD, line)) {
            case "initialize" ->
                "{\"protocolVersion\":\"" + first(VERSION, line)
                        + "\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"tickets\",\"version\":\"1\"}}";
            case "tools/list" ->
                "{\"tools\":[{\"name\":\"open_ticket\",\"description\":\"Opens a ticket for a question that the desk cannot"
                        + " answer\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"question\":{\"type\":\"string\"}},"
                        + "\"required\":[\"question\"]}}]}";
            case "tools/call" -> {
                Files.writeString(
                        file,
                        "{\"question\": " + first(QUESTION, line) + "}\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
                yield "{\"content\":[{\"type\":\"text\",\"text\":\"ticket opened\"}],\"isError\":false}";
            }
            default -> "{}";
        };
    }

    private static String first(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? matcher.group(1) : "";
    }
}
