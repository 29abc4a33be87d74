package io.stoa.license.pack;

import static java.util.Objects.requireNonNull;

import io.stoa.license.use.Part;
import io.stoa.model.IntendedUse;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a pack is asked for.
 *
 * @param stack the models
 * @param identities what they are, by name: {@code sha256:…} of a file, or a pinned endpoint
 * @param use their use
 * @param papers the user's licence texts and policies
 * @param notices notices of the originals, to be passed on
 * @param changes a person's statement of what was changed
 * @param names the names that changed models are passed on under, by model
 * @param partial whether a pack is wanted although something is missing or not known
 */
public record PackRequest(
        List<Part> stack,
        Map<String, String> identities,
        IntendedUse use,
        List<UserFile> papers,
        List<UserFile> notices,
        Optional<UserFile> changes,
        Map<String, String> names,
        boolean partial) {
    public PackRequest {
        stack = List.copyOf(stack);
        identities = Map.copyOf(identities);
        requireNonNull(use, "use");
        papers = List.copyOf(papers);
        notices = List.copyOf(notices);
        requireNonNull(changes, "changes");
        names = Map.copyOf(names);
    }
}
