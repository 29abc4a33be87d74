package io.stoa.license.bom;

import io.stoa.license.clause.Licenses;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes bills of materials. The same models give the same bytes: the serial number is a UUID of version 5 of the content,
 * the time is given or left out, lists are sorted, lines end in a line feed. Immutable, safe to share.
 */
public final class BomWriter {
    /** What every document says of itself. */
    public static final String NO_ADVICE = "Readings in our own words, not legal advice.";

    private static final String INDENT = "  ";

    private final Licenses licenses;
    private final String stoaVersion;
    private final Optional<Instant> created;
    private final SpdxList list = new SpdxList();

    /**
     * A writer.
     *
     * @param licenses names the licences
     * @param stoaVersion the version of Stoa
     * @param created when the document is made, to the second; nothing for documents that do not say so
     */
    public BomWriter(Licenses licenses, String stoaVersion, Optional<Instant> created) {
        this.licenses = licenses;
        this.stoaVersion = stoaVersion;
        this.created = created;
    }

    /** The document about these models, UTF-8. Equal models are one, and their order does not matter. */
    public byte[] write(BomFormat format, Collection<BomModel> models) {
        BomGraph graph = BomGraph.of(models, licenses, list);
        ObjectNode document = switch (format) {
            case CYCLONEDX_1_6 -> cycloneDx(false, graph);
            case CYCLONEDX_1_7 -> cycloneDx(true, graph);
            case SPDX_3 -> spdx(graph);
        };
        return (text(document) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode cycloneDx(boolean latest, BomGraph graph) {
        ObjectNode document = new CycloneDx(latest, graph, licenses, list).document(stoaVersion, created);
        document.put("serialNumber", "urn:uuid:" + ContentUuid.of(text(document)));
        return document;
    }

    /** Elements are called by the document's own UUID, so it is made twice: once to know its content. */
    private ObjectNode spdx(BomGraph graph) {
        Spdx3 draft = new Spdx3("urn:uuid:" + ContentUuid.of(""), graph);
        String content = text(draft.document(stoaVersion, created));
        return new Spdx3("urn:uuid:" + ContentUuid.of(content), graph).document(stoaVersion, created);
    }

    private static String text(JsonNode document) {
        DefaultIndenter lines = new DefaultIndenter(INDENT, "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
        ObjectWriter writer = JsonMapper.shared().writer().with(printer);
        return writer.writeValueAsString(document);
    }
}
