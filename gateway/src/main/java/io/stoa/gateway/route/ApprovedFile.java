package io.stoa.gateway.route;

import io.stoa.model.Digest;
import io.stoa.store.approval.ApprovalBook;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where {@code stoa assess} left the file that it quantized a candidate to. */
public final class ApprovedFile {
    private static final String FILE = "sha256:";

    private ApprovedFile() {}

    /**
     * The file of the newest approval.
     *
     * @param use the digest of the use's content
     * @param home Stoa's folder
     */
    public static Optional<Path> find(ApprovalBook book, String candidate, Digest use, Path home) {
        return book.newest().stream()
                .map(ApprovalBook.Newest::approval)
                .filter(approval -> approval.candidate().equals(candidate)
                        && approval.use().digest().equals(use)
                        && approval.identity().startsWith(FILE))
                .map(approval ->
                        home.resolve("artifacts").resolve(approval.identity().substring(FILE.length())))
                .filter(Files::isRegularFile)
                .findFirst();
    }
}
