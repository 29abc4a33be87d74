package io.stoa.gateway.route;

import io.stoa.model.Digest;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.Ruling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Holds what a tier serves against what was approved: a pure function of what was found of both. */
final class TierCheck {
    private static final String AGAIN = "; run `stoa assess` again";

    private final Function<Path, FileWatch.State> papers;
    private final Path folder;

    /**
     * A check.
     *
     * @param papers what is known of a paper
     * @param folder what the papers' paths are relative to
     */
    TierCheck(Function<Path, FileWatch.State> papers, Path folder) {
        this.papers = papers;
        this.folder = folder;
    }

    /** How a tier stands whose model is a file. */
    Standing file(ServedTier served, Path path, FileWatch.State file, Ruling ruling) {
        return standing(served, ruling, approval -> differences(approval, path, file));
    }

    /** How a tier stands whose model is behind an endpoint. */
    Standing endpoint(ServedTier served, ModelSource.Endpoint source, EndpointWatch.State state, Ruling ruling) {
        return standing(served, ruling, approval -> differences(approval, source, state));
    }

    private Standing standing(ServedTier served, Ruling ruling, Function<Approval, List<String>> ofModel) {
        return switch (ruling) {
            case Ruling.Lapsed(String reason) -> new Standing.Lapsed(reason);
            case Ruling.Forbidden forbidden ->
                new Standing.Forbidden(
                        forbidden.refusals().stream()
                                .map(Approval.Refusal::toString)
                                .collect(Collectors.joining("; ")),
                        forbidden.reason());
            case Ruling.Stands(Approval approval, var entry) -> {
                List<String> differences = new ArrayList<>(ofModel.apply(approval));
                differences.addAll(ofLicense(served, approval));
                yield differences.isEmpty()
                        ? new Standing.Live(approval.identity(), entry, approval.expires())
                        : new Standing.Lapsed("nothing shows that " + approval.candidate() + " is what was approved: "
                                + String.join("; ", differences));
            }
        };
    }

    private static List<String> differences(Approval approval, Path path, FileWatch.State file) {
        return switch (file) {
            case FileWatch.State.Unread() -> List.of(path + " is being read, to see whether it has changed; try again");
            case FileWatch.State.Unreadable(String why) ->
                List.of(path + " " + why + "; put the file with " + approval.identity() + " there");
            case FileWatch.State.Read(Digest digest, Optional<Digest> template) -> {
                List<String> differences = new ArrayList<>();
                if (!digest.toString().equals(approval.identity())) {
                    differences.add(path + " has changed: " + approval.identity() + " was approved, " + digest
                            + " is there; put the approved file back, or assess this one with `stoa assess`");
                }
                if (!template.equals(approval.template())) {
                    differences.add("its chat template has changed: " + shown(approval.template()) + " was approved, "
                            + shown(template) + " is there" + AGAIN);
                }
                yield differences;
            }
        };
    }

    private static String shown(Optional<Digest> template) {
        return template.map(digest -> "sha256:" + digest.abbreviated()).orElse("none");
    }

    private static List<String> differences(Approval approval, ModelSource.Endpoint source, EndpointWatch.State state) {
        String model = source.target().model();
        String base = source.target().base().toString();
        return switch (state) {
            case EndpointWatch.State.Unasked() -> List.of(base + " is being asked what it serves; try again");
            case EndpointWatch.State.Silent(String why) ->
                List.of(base + " does not tell what it serves (" + why + "); is it running?");
            case EndpointWatch.State.Serves serves -> {
                EndpointWatch.Told told = serves.models().get(model);
                yield told == null
                        ? List.of(base + " does not serve " + model + " any more; it serves "
                                + (serves.models().isEmpty()
                                        ? "nothing"
                                        : serves.models().keySet().stream()
                                                .sorted()
                                                .limit(5)
                                                .collect(Collectors.joining(", ")))
                                + AGAIN)
                        : identity(approval, base, model, told);
            }
        };
    }

    private static List<String> identity(Approval approval, String base, String model, EndpointWatch.Told told) {
        String approved = approval.identity();
        if (approved.startsWith("sha256:")) {
            return told.digest().filter(approved::equals).isPresent()
                    ? List.of()
                    : List.of(approved + " was approved, and " + base + " tells "
                            + told.digest().map(digest -> "of " + digest).orElse("no digest of what it serves")
                            + "; serve the file itself with `local`, or assess the endpoint");
        }
        Optional<String> pinned = List.of(base + "/v1", base, base + "/").stream()
                .map(address -> address + "#" + model + "@")
                .filter(approved::startsWith)
                .map(start -> approved.substring(start.length()))
                .findFirst();
        if (pinned.isEmpty()) {
            return List.of(approved + " was approved, and " + base + "#" + model + " is served" + AGAIN);
        }
        return told
                .revision()
                .filter(revision -> !revision.equals(pinned.get()))
                .map(revision -> "the revision of " + model + " at " + base + " has changed: " + pinned.get()
                        + " was approved, " + revision + " is served" + AGAIN)
                .stream()
                .toList();
    }

    private List<String> ofLicense(ServedTier served, Approval approval) {
        List<String> differences = new ArrayList<>();
        Approval.LicenseClaim claim = approval.license();
        served.license()
                .filter(wanted -> !wanted.equals(claim.expression()))
                .ifPresent(wanted -> differences.add("its licence claim has changed: gateway.yaml counts on " + wanted
                        + ", and " + claim.expression() + " was found; correct `license`, or mend the model card"
                        + AGAIN));
        for (Approval.Paper paper : claim.papers()) {
            Path path = folder.resolve(paper.path()).normalize();
            switch (papers.apply(path)) {
                case FileWatch.State.Unread() ->
                    differences.add("its licence paper " + path + " is being read; try again");
                case FileWatch.State.Unreadable(String why) ->
                    differences.add("its licence paper " + path + " " + why + "; put it back" + AGAIN);
                case FileWatch.State.Read(Digest digest, var _) -> {
                    if (!digest.equals(paper.digest())) {
                        differences.add("its licence paper " + path + " has changed since it was read" + AGAIN);
                    }
                }
            }
        }
        return differences;
    }
}
