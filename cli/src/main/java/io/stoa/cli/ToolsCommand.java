package io.stoa.cli;

import io.stoa.engine.chat.ToolCall;
import io.stoa.integration.agent.CallOutcome;
import io.stoa.integration.agent.ToolCalls;
import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import io.stoa.integration.tool.CallHistory;
import io.stoa.integration.tool.Pin;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.ToolBox;
import io.stoa.integration.tool.file.OpenSources;
import io.stoa.integration.tool.file.OpenSources.Offer;
import io.stoa.integration.tool.file.ToolsFile;
import io.stoa.integration.tool.file.Wanted;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "tools",
        description = {
            "Tools that models may call: of MCP servers and OpenAPI descriptions.",
            "",
            "A file of tools names their sources, which of them may be used, and for what (docs/tools.md)."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa tools list tools.yaml",
            "  stoa tools pin tools.yaml",
            "  stoa tools call tools.yaml find_ticket '{\"id\": \"T-12\"}'"
        })
final class ToolsCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new ToolsCommand())
                .addSubcommand(new ListCommand(house))
                .addSubcommand(new PinCommand(house))
                .addSubcommand(new CallCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name list, pin or call");
    }

    /** What the file says of an offer. */
    private static String standing(Map<String, Wanted> tools, String source, Offer offer) {
        return tools.values().stream()
                .filter(wanted ->
                        wanted.from().equals(source) && wanted.itsName().equals(offer.name()))
                .findFirst()
                .map(wanted -> wanted.pin()
                        .map(pin -> pin.equals(offer.pin()) ? "pinned" : "CHANGED")
                        .orElse("not pinned"))
                .orElse("not allowed");
    }

    @Command(
            name = "list",
            description = "Print what the sources of a file offer now, and which of it may be used.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa tools list tools.yaml --text"})
    static final class ListCommand implements Runnable {
        private final House house;

        @Parameters(paramLabel = "FILE", description = "The file of tools.")
        private Path file = Path.of("tools.yaml");

        @Option(names = "--text", description = "Print all that a model reads of each tool.")
        private boolean text;

        @Option(names = "--json", description = "Print the result as JSON.")
        private boolean json;

        ListCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            ToolsFile read = ToolsFile.read(file);
            ObjectNode result = JsonMapper.shared().createObjectNode();
            ArrayNode all = result.putArray("tools");
            ArrayNode left = result.putArray("leftOut");
            try (OpenSources open = new OpenSources(read.sources(), house.environment())) {
                for (String source : read.sources().keySet()) {
                    for (Offer offer : open.offers(source)) {
                        ObjectNode one = all.addObject();
                        one.put("source", source)
                                .put("tool", offer.name())
                                .put("pin", offer.pin().toString())
                                .put("standing", standing(read.tools(), source, offer))
                                .put("text", offer.text());
                        offer.effects().ifPresent(effects -> one.put("effects", word(effects)));
                        one.set("parameters", offer.parameters());
                    }
                    open.leftOut(source)
                            .forEach((operation, why) -> left.addObject()
                                    .put("source", source)
                                    .put("operation", operation)
                                    .put("why", why));
                }
            }
            house.out().println(json ? result.toString() : readable(result));
        }

        private String readable(ObjectNode result) {
            StringBuilder lines = new StringBuilder();
            for (JsonNode tool : result.path("tools")) {
                lines.append(plain(tool, "source"))
                        .append('.')
                        .append(plain(tool, "tool"))
                        .append("  ");
                lines.append(plain(tool, "standing"))
                        .append("  ")
                        .append(plain(tool, "pin"))
                        .append('\n');
                if (text) {
                    plain(tool, "text")
                            .lines()
                            .forEach(line -> lines.append("    ").append(line).append('\n'));
                    lines.append("    ")
                            .append(shown(tool.path("parameters").toString()))
                            .append('\n');
                }
            }
            for (JsonNode left : result.path("leftOut")) {
                lines.append(plain(left, "source")).append(": left out ").append(plain(left, "operation"));
                lines.append(": ").append(plain(left, "why")).append('\n');
            }
            return lines.isEmpty() ? "No tools." : lines.toString().stripTrailing();
        }

        private static String plain(JsonNode node, String key) {
            return shown(node.path(key).stringValue(""));
        }
    }

    /** Foreign text for a terminal: what nobody sees, or what steers terminals, is written out. */
    private static String shown(String foreign) {
        StringBuilder shown = new StringBuilder();
        foreign.codePoints().forEach(each -> {
            int type = Character.getType(each);
            boolean unseen = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.PRIVATE_USE;
            if (unseen && each != '\n' && each != '\t') {
                shown.append(String.format(Locale.ROOT, "\\u{%x}", each));
            } else {
                shown.appendCodePoint(each);
            }
        });
        return shown.toString();
    }

    private static String word(Effects effects) {
        return effects.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Command(
            name = "pin",
            description = {
                "Print the pins of the tools that a file allows, as they are defined now.",
                "",
                "A pin is the digest of a tool's name, text and parameters. Read what `stoa tools list --text` prints"
                        + " before you put a pin in the file: a model reads that text as instructions."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa tools pin tools.yaml"})
    static final class PinCommand implements Runnable {
        private final House house;

        @Parameters(paramLabel = "FILE", description = "The file of tools.")
        private Path file = Path.of("tools.yaml");

        @Option(names = "--json", description = "Print the result as JSON.")
        private boolean json;

        PinCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            ToolsFile read = ToolsFile.read(file);
            ObjectNode result = JsonMapper.shared().createObjectNode();
            StringBuilder lines = new StringBuilder("tools:");
            try (OpenSources open = new OpenSources(read.sources(), house.environment())) {
                read.tools().forEach((name, wanted) -> {
                    Offer offer = open.offers(wanted.from()).stream()
                            .filter(each -> each.name().equals(wanted.itsName()))
                            .findFirst()
                            .orElseThrow(() -> StoaException.user(
                                    wanted.from() + " offers no tool " + wanted.itsName() + "; see stoa tools list"));
                    result.put(name, offer.pin().toString());
                    lines.append("\n  ").append(name).append(":\n    pin: ").append(offer.pin());
                    wanted.pin()
                            .filter(pin -> !pin.equals(offer.pin()))
                            .ifPresent(pin -> house.err()
                                    .println("stoa: " + name + " has changed since it was pinned as "
                                            + abbreviated(pin)));
                });
            }
            house.out().println(json ? result.toString() : lines.toString());
        }

        private static String abbreviated(Pin pin) {
            return pin.digest().abbreviated();
        }
    }

    @Command(
            name = "call",
            description = "Call a tool by hand, under the rules of the file.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa tools call tools.yaml find_ticket '{\"id\": \"T-12\"}'",
                "  stoa tools call tools.yaml close_ticket '{\"id\": \"T-12\"}' --yes"
            })
    static final class CallCommand implements Runnable {
        private final House house;

        @Parameters(index = "0", paramLabel = "FILE", description = "The file of tools.")
        private Path file = Path.of("tools.yaml");

        @Parameters(index = "1", paramLabel = "TOOL", description = "The tool's name in the file.")
        private String tool = "";

        @Parameters(index = "2", paramLabel = "JSON", defaultValue = "{}", description = "Its arguments. Default: {}")
        private String arguments = "{}";

        @Option(names = "--yes", description = "Approve the call, where it needs a person.")
        private boolean yes;

        @Option(names = "--json", description = "Print the result as JSON.")
        private boolean json;

        CallCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            ToolCall call = new ToolCall("by-hand", tool, parsed());
            ToolsFile read = ToolsFile.read(file).only(tool);
            try (ToolBox box = read.open(house.environment())) {
                CallOutcome outcome = new ToolCalls(box)
                        .carryOut("by-hand", call, new CallHistory(), new ByHand(), Duration.ofMinutes(10));
                if (outcome.state() != CallOutcome.State.DONE) {
                    throw outcome.state() == CallOutcome.State.FAILED
                            ? StoaException.engine(outcome.text())
                            : StoaException.user(tool + " was not called: " + outcome.text());
                }
                house.out().println(json ? asJson(outcome).toString() : shown(outcome.text()));
            }
        }

        private static ObjectNode asJson(CallOutcome outcome) {
            return JsonMapper.shared()
                    .createObjectNode()
                    .put("tool", outcome.tool())
                    .put("text", outcome.text())
                    .put("millis", outcome.took().toMillis());
        }

        private ObjectNode parsed() {
            try {
                if (JsonMapper.shared().readTree(arguments) instanceof ObjectNode object) {
                    return object;
                }
            } catch (JacksonException e) {
                throw new StoaException(
                        StoaException.Kind.USER,
                        "JSON: " + Optional.ofNullable(e.getOriginalMessage()).orElse(""),
                        e);
            }
            throw StoaException.user("JSON: arguments are an object such as {\"id\": \"T-12\"}: " + arguments);
        }

        /** One call, which is kept nowhere. */
        private final class ByHand implements Steps {
            @Override
            public JsonNode take(Step step, Work work) {
                return work.carryOut(UUID.randomUUID().toString());
            }

            @Override
            public boolean approved(Step step) {
                if (!yes) {
                    throw StoaException.user(tool + " was not called: "
                            + step.input().path("because").stringValue("it needs approval")
                            + "; give --yes to approve this call: "
                            + step.input().path("arguments"));
                }
                return true;
            }
        }
    }
}
