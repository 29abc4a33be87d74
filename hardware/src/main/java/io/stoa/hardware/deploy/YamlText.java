package io.stoa.hardware.deploy;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A tree of maps, lists, strings, whole numbers and truth values as YAML that every reader takes for the same tree. Every
 * string is in double quotes, since readers of YAML 1.1 take {@code no}, {@code 1_000} or {@code 12:30} for something else.
 */
final class YamlText {
    private static final DumpSettings WRITING = DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndent(2)
            .setIndicatorIndent(2)
            .setIndentWithIndicator(true)
            .setWidth(100_000)
            .setSplitLines(false)
            .build();

    /** What YAML 1.1 takes for a truth value or for nothing. */
    private static final Set<String> NO_STRINGS = Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

    private YamlText() {}

    /** @param comment one line without line breaks */
    static String write(String comment, Map<String, Object> document) {
        String yaml = new Present(WRITING)
                .emitToString(
                        new Serialize(WRITING).serializeOne(node(document)).iterator());
        String text = "# " + comment + "\n" + yaml;
        if (!document.equals(read(text))) {
            throw StoaException.bug("YAML reads back as another tree: " + text);
        }
        return text;
    }

    static Object read(String text) {
        return new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build()).loadFromString(text);
    }

    private static Node key(String key) {
        boolean plain = key.matches("[A-Za-z][A-Za-z0-9_./-]*") && !NO_STRINGS.contains(key.toLowerCase(Locale.ROOT));
        return new ScalarNode(Tag.STR, key, plain ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED);
    }

    private static Node node(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                List<NodeTuple> entries = new ArrayList<>();
                map.forEach((key, child) -> entries.add(new NodeTuple(key(String.valueOf(key)), node(child))));
                yield new MappingNode(Tag.MAP, entries, entries.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
            }
            case List<?> list ->
                new SequenceNode(Tag.SEQ, list.stream().map(YamlText::node).toList(), FlowStyle.BLOCK);
            case Integer number -> new ScalarNode(Tag.INT, number.toString(), ScalarStyle.PLAIN);
            case Boolean truth -> new ScalarNode(Tag.BOOL, truth.toString(), ScalarStyle.PLAIN);
            case String text -> new ScalarNode(Tag.STR, text, ScalarStyle.DOUBLE_QUOTED);
            default -> throw StoaException.bug("no YAML for " + value.getClass());
        };
    }
}
