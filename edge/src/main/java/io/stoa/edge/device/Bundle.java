package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * A bundle in a folder, of which every byte was checked.
 *
 * @param facts what it says of itself
 * @param model its model, a GGUF file
 * @param selfTest what it must do on this device before it is kept
 */
public record Bundle(BundleFacts facts, Path model, SelfTestPlan selfTest) {
    public Bundle {
        requireNonNull(facts, "facts");
        requireNonNull(model, "model");
        requireNonNull(selfTest, "selfTest");
    }
}
