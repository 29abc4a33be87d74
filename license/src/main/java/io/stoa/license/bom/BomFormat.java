package io.stoa.license.bom;

import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The formats that a bill of materials is written in. */
public enum BomFormat {
    /** CycloneDX 1.6, JSON. */
    CYCLONEDX_1_6("cyclonedx-1.6"),
    /** CycloneDX 1.7, JSON. */
    CYCLONEDX_1_7("cyclonedx-1.7"),
    /** SPDX 3.0.1, JSON-LD. */
    SPDX_3("spdx-3");

    private static final int LONGEST_NAME = 100;

    private final String id;

    BomFormat(String id) {
        this.id = id;
    }

    /** Its name on the command line. */
    public String id() {
        return id;
    }

    /** The names of all formats. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(BomFormat::id).toList();
    }

    /**
     * The format of this name.
     *
     * @throws StoaException of kind {@code USER}, with the nearest name, when there is none
     */
    public static BomFormat of(String id) {
        String wanted = id.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.id.equals(wanted))
                .findFirst()
                .orElseThrow(() -> StoaException.user("--format %s: no such format; the formats are %s%s"
                        .formatted(
                                id,
                                String.join(", ", ids()),
                                wanted.length() > LONGEST_NAME
                                        ? ""
                                        : Spelling.hint(wanted, ids()).orElse(""))));
    }
}
