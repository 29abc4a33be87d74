package io.stoa.cli;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import io.stoa.store.Entry;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Acceptance;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.ApprovalBook;
import io.stoa.store.approval.Ruling;
import io.stoa.store.approval.SigningKey;
import io.stoa.store.approval.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The approval of a model in a ledger, which stands now, and the signed records that say so.
 *
 * @param approval what was concluded
 * @param records the approval and what was accepted, as the ledger holds them: {@code {"records": [{"kind", "sequence",
 *     "digest", "body"}]}}
 */
record BundledVerdict(Approval approval, String records) {
    /**
     * Finds it.
     *
     * @param home Stoa's folder, with the ledger and the keys
     * @param model the digest of the model's file
     * @param use the use's name, needed when there are several
     * @throws StoaException of kind {@code USER} when there is none, or it does not stand
     */
    static BundledVerdict find(House house, Path home, Digest model, Optional<String> use) {
        Path file = home.resolve("ledger.db");
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": no ledger there; assess the model first and name the folder with --home,"
                    + " or bundle --without-verdict");
        }
        TrustedKeys keys = TrustedKeys.read(List.of(SigningKey.publicFile(home.resolve(AssessCommand.SIGNING_KEY))));
        try (SqliteLedger ledger = SqliteLedger.open(file, house.clock())) {
            ApprovalBook book = ApprovalBook.of(ledger, keys);
            ApprovalBook.Newest newest = newest(book, model, use);
            Approval approval = newest.approval();
            Ruling ruling = book.rule(
                    approval.candidate(),
                    approval.use().name(),
                    approval.use().digest(),
                    house.clock().instant());
            switch (ruling) {
                case Ruling.Stands _ -> {}
                case Ruling.Forbidden forbidden -> throw StoaException.user(forbidden.reason());
                case Ruling.Lapsed(String reason) -> throw StoaException.user(reason);
            }
            return new BundledVerdict(approval, records(ledger, newest));
        }
    }

    private static ApprovalBook.Newest newest(ApprovalBook book, Digest model, Optional<String> use) {
        List<ApprovalBook.Newest> found = book.newest().stream()
                .filter(newest -> newest.approval().identity().equals(model.toString()))
                .filter(newest -> use.isEmpty()
                        || use.get().equals(newest.approval().use().name()))
                .toList();
        if (found.isEmpty()) {
            throw StoaException.user("no verdict in the ledger is about this file (" + model.abbreviated() + "…)"
                    + use.map(name -> " for the use " + name).orElse("")
                    + "; assess it first, see `stoa approve list`, or bundle --without-verdict");
        }
        List<String> uses = found.stream()
                .map(newest -> newest.approval().use().name())
                .distinct()
                .toList();
        if (uses.size() > 1) {
            throw StoaException.user(
                    "the model was assessed for several uses; name one with --use: " + String.join(", ", uses));
        }
        return found.getLast();
    }

    private static String records(SqliteLedger ledger, ApprovalBook.Newest newest) {
        JsonMapper json = JsonMapper.shared();
        ObjectNode document = json.createObjectNode();
        ArrayNode records = document.putArray("records");
        try (Stream<Entry> entries = ledger.entries(0)) {
            entries.filter(entry -> belongs(entry, newest, json))
                    .forEach(entry -> records.addObject()
                            .put("kind", entry.kind())
                            .put("sequence", entry.sequence())
                            .put("digest", entry.digest().toString())
                            .set("body", json.readTree(entry.body())));
        }
        return CanonicalJson.write(document);
    }

    private static boolean belongs(Entry entry, ApprovalBook.Newest newest, JsonMapper json) {
        if (entry.sequence() == newest.entry().sequence()) {
            return true;
        }
        if (!entry.kind().equals(Acceptance.KIND)) {
            return false;
        }
        JsonNode content = json.readTree(entry.body()).path("content");
        Approval approval = newest.approval();
        return content.path("candidate").asString("").equals(approval.candidate())
                && content.path("identity").asString("").equals(approval.identity())
                && content.path("use")
                        .path("hex")
                        .asString("")
                        .equals(approval.use().digest().hex());
    }

    byte[] json() {
        return records.getBytes(StandardCharsets.UTF_8);
    }
}
