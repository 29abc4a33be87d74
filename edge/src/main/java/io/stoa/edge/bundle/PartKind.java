package io.stoa.edge.bundle;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a bundle is made of: each part has one place and one media type (CNCF ModelPack), so that a bundle cannot name
 * places of its own.
 */
public enum PartKind {
    /** What the bundle is: name, version, platform, from when until when. */
    METADATA("bundle.json", "application/vnd.cncf.model.doc.v1.raw", 64L << 10),
    /** The model's weights. */
    MODEL("model.gguf", "application/vnd.cncf.model.weight.v1.raw", 1L << 40),
    /** The chat template, as the model's file has it. */
    TEMPLATE("template.jinja", "application/vnd.cncf.model.weight.config.v1.raw", 4L << 20),
    /** What runs the model: a Java runtime, Stoa and the engine's libraries. */
    RUNTIME("runtime.tar", "application/vnd.cncf.model.code.v1.tar", 4L << 30),
    /** The signed approval and what was accepted. */
    VERDICT("verdict.json", "application/vnd.cncf.model.doc.v1.raw", 8L << 20),
    /** The papers that whoever gets the model must get too. */
    LICENSES("licenses.tar", "application/vnd.cncf.model.doc.v1.tar", 256L << 20),
    /** The bill of materials. */
    BILL_OF_MATERIALS("bom.cdx.json", "application/vnd.cncf.model.doc.v1.raw", 32L << 20),
    /** Prompts with the answers, times and memory that were seen when the bundle was made. */
    SELF_TEST("self-test.json", "application/vnd.cncf.model.dataset.v1.raw", 16L << 20);

    private final String path;
    private final String mediaType;
    private final long mostBytes;

    PartKind(String path, String mediaType, long mostBytes) {
        this.path = path;
        this.mediaType = mediaType;
        this.mostBytes = mostBytes;
    }

    /** Where it lies when the bundle is unpacked; a tar without its {@code .tar} is a folder. */
    public String path() {
        return path;
    }

    /** The media type of its layer. */
    public String mediaType() {
        return mediaType;
    }

    /** The largest that is read. */
    public long mostBytes() {
        return mostBytes;
    }

    /** Whether it is a tar of several files. */
    public boolean isTar() {
        return path.endsWith(".tar");
    }

    /** The folder that a tar is unpacked into. */
    public String folder() {
        if (!isTar()) {
            throw new IllegalStateException(path + " is no tar");
        }
        return path.substring(0, path.length() - ".tar".length());
    }

    static Optional<PartKind> at(String path) {
        return Arrays.stream(values()).filter(kind -> kind.path.equals(path)).findFirst();
    }
}
