package io.stoa.integration.tool;

import java.util.Optional;

/** Whether a call may be carried out. */
public sealed interface Ruling {
    /**
     * It may.
     *
     * @param because why a person has to approve it first; empty where nobody has to
     */
    record Permitted(Grant grant, Optional<String> because) implements Ruling {}

    /**
     * It may not.
     *
     * @param sentence for the model, which may do better next time
     */
    record Refused(Refusal why, String sentence) implements Ruling {}
}
