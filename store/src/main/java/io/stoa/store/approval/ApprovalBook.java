package io.stoa.store.approval;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.store.CanonicalJson;
import io.stoa.store.Entry;
import io.stoa.store.Ledger;
import io.stoa.store.RecordJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;

/**
 * All approvals, acceptances and revocations of a ledger, and the rules by which they are read (see the package). It is
 * fed with entries in their order; used by one thread at a time.
 */
public final class ApprovalBook {
    /** How far the clocks of two machines may be apart. */
    private static final Duration SKEW = Duration.ofMinutes(2);

    private final TrustedKeys trust;
    private final RecordJson json = new RecordJson();
    private final Map<Subject, List<Page>> approvals = new LinkedHashMap<>();
    private final List<Signed<Acceptance>> acceptances = new ArrayList<>();
    private final Map<Subject, Signed<Revocation>> revocations = new HashMap<>();
    private final Map<Long, Digest> verdicts = new HashMap<>();
    private Optional<String> unreadable = Optional.empty();

    /** What an approval is about. */
    private record Subject(String candidate, Digest use) {}

    /** A record of the ledger, and what is wrong with its signature or its form. */
    private record Signed<T>(T content, EvidenceRef entry, Optional<String> doubt) {}

    /** An approval's entry; without a content it is not of a form that is known. */
    private record Page(Optional<Approval> approval, EvidenceRef entry, Optional<String> doubt) {}

    public ApprovalBook(TrustedKeys trust) {
        this.trust = trust;
    }

    /** Everything that a ledger holds. */
    public static ApprovalBook of(Ledger ledger, TrustedKeys trust) {
        ApprovalBook book = new ApprovalBook(trust);
        ledger.entries(0).forEach(book::add);
        return book;
    }

    /** Takes in one entry; most are not its business. */
    public void add(Entry entry) {
        entry.key()
                .filter(key -> key.check().equals(Approval.VERDICT_CHECK))
                .ifPresent(_ -> verdicts.put(entry.sequence(), entry.digest()));
        try {
            switch (entry.kind()) {
                case Approval.KIND -> addApproval(entry);
                case Acceptance.KIND -> {
                    Signed<Acceptance> signed = read(entry, Acceptance.class);
                    acceptances.add(signed);
                }
                case Revocation.KIND -> {
                    Signed<Revocation> signed = read(entry, Revocation.class);
                    revocations.put(
                            new Subject(
                                    signed.content().candidate(),
                                    signed.content().use()),
                            signed);
                }
                default -> {}
            }
        } catch (JacksonException | IllegalArgumentException e) {
            // it might be about anything
            unreadable = Optional.of("entry " + entry.sequence() + " of the ledger (" + entry.kind()
                    + ") is not of a form that this Stoa reads; use a newer Stoa, or another ledger");
        }
    }

    private void addApproval(Entry entry) {
        SignedRecord signed = json.read(entry.body(), SignedRecord.class);
        Page page;
        try {
            Approval approval = json.read(CanonicalJson.write(signed.content()), Approval.class);
            page = new Page(Optional.of(approval), entry.ref(), trust.doubt(signed));
        } catch (JacksonException | IllegalArgumentException e) {
            page = new Page(
                    Optional.empty(), entry.ref(), Optional.of("is not of a form that this Stoa reads; assess again"));
        }
        String candidate = signed.content().path("candidate").asString("");
        Digest use = new Digest(
                signed.content().path("use").path("digest").path("hex").asString(""));
        approvals
                .computeIfAbsent(new Subject(candidate, use), _ -> new ArrayList<>())
                .add(page);
    }

    private <T extends Record> Signed<T> read(Entry entry, Class<T> type) {
        SignedRecord signed = json.read(entry.body(), SignedRecord.class);
        T content = json.read(CanonicalJson.write(signed.content()), type);
        return new Signed<>(content, entry.ref(), trust.doubt(signed));
    }

    /**
     * What the newest approvals are, one for each candidate and use, oldest first.
     *
     * @param approval what was approved
     * @param entry where the ledger holds it
     */
    public record Newest(Approval approval, EvidenceRef entry) {}

    /** The newest approvals that can be read, trusted or not. */
    public List<Newest> newest() {
        return approvals.values().stream()
                .map(List::getLast)
                .flatMap(page -> page.approval().map(approval -> new Newest(approval, page.entry())).stream())
                .sorted(Comparator.comparingLong(
                        (Newest newest) -> newest.entry().sequence()))
                .toList();
    }

    /** Who accepted the conditions of an approval, latest first. */
    public List<Acceptance> acceptancesOf(Approval approval) {
        return acceptances.reversed().stream()
                .filter(signed -> signed.doubt().isEmpty())
                .map(Signed::content)
                .filter(acceptance -> acceptance.covers(approval))
                .toList();
    }

    /**
     * Whether a candidate may serve a use.
     *
     * @param candidate the candidate's id
     * @param use the use's name, for the sentence
     * @param digest the digest of the use's content
     */
    public Ruling rule(String candidate, String use, Digest digest, Instant now) {
        if (unreadable.isPresent()) {
            return new Ruling.Lapsed(unreadable.get());
        }
        Subject subject = new Subject(candidate, digest);
        List<Page> pages = approvals.getOrDefault(subject, List.of());
        if (pages.isEmpty()) {
            return new Ruling.Lapsed(notAssessed(candidate, use));
        }
        Page page = pages.getLast();
        Optional<String> doubt = page.doubt().or(() -> replayed(page, pages)).or(() -> withoutVerdict(page));
        if (doubt.isPresent() || page.approval().isEmpty()) {
            return new Ruling.Lapsed("the newest approval of " + candidate + " for the use " + use + " (entry "
                    + page.entry().sequence() + ") "
                    + doubt.orElse("is not readable; run `stoa assess` again"));
        }
        Approval approval = page.approval().get();
        return outOfTime(approval, now)
                .or(() -> revoked(subject, approval))
                .map(reason -> (Ruling) new Ruling.Lapsed(reason))
                .orElseGet(() -> weighed(approval, page.entry()));
    }

    private String notAssessed(String candidate, String use) {
        List<Approval> others = approvals.entrySet().stream()
                .filter(entry -> entry.getKey().candidate().equals(candidate))
                .flatMap(entry -> entry.getValue().getLast().approval().stream())
                .toList();
        if (others.isEmpty()) {
            return "nothing in the ledger approves " + candidate + "; run `stoa assess` on it";
        }
        if (others.stream().anyMatch(other -> other.use().name().equals(use))) {
            return "the use " + use + " has changed since " + candidate
                    + " was assessed for it; run `stoa assess` again";
        }
        return candidate + " was assessed for "
                + others.stream().map(other -> other.use().name()).distinct().collect(Collectors.joining(", "))
                + ", not for the use " + use + "; run `stoa assess` for it";
    }

    /** An approval that was appended again later, to bring back what a newer one took away. */
    private static Optional<String> replayed(Page newest, List<Page> pages) {
        return newest.approval()
                .filter(approval -> pages.stream()
                        .limit(pages.size() - 1L)
                        .flatMap(page -> page.approval().stream())
                        .anyMatch(older -> !older.issued().isBefore(approval.issued())))
                .map(_ -> "was not issued after those before it, so it was appended again or a clock ran back;"
                        + " run `stoa assess` again");
    }

    private Optional<String> withoutVerdict(Page page) {
        return page.approval()
                .map(Approval::verdict)
                .filter(verdict -> verdict.sequence() >= page.entry().sequence()
                        || !verdict.digest().equals(verdicts.get(verdict.sequence())))
                .map(verdict -> "rests on a verdict (entry " + verdict.sequence()
                        + ") that this ledger does not hold; use the ledger that it was signed in, or assess again");
    }

    private static Optional<String> outOfTime(Approval approval, Instant now) {
        if (!now.isBefore(approval.expires())) {
            return Optional.of("the approval of " + approval.candidate() + " expired at " + approval.expires()
                    + "; run `stoa assess` again");
        }
        if (now.plus(SKEW).isBefore(approval.issued())) {
            return Optional.of("the approval of " + approval.candidate() + " is not valid before " + approval.issued()
                    + ", and it is " + now + " here; set the clock right");
        }
        return Optional.empty();
    }

    private Optional<String> revoked(Subject subject, Approval approval) {
        Signed<Revocation> revocation = revocations.get(subject);
        if (revocation == null) {
            return Optional.empty();
        }
        if (revocation.doubt().isPresent()) {
            return Optional.of("a revocation of " + subject.candidate() + " (entry "
                            + revocation.entry().sequence() + ") "
                            + revocation.doubt().get()
                            + "; find out who appended it, then lift it with "
                            + acceptCommand(subject.candidate()))
                    .filter(_ -> !lifted(revocation, approval));
        }
        return lifted(revocation, approval)
                ? Optional.empty()
                : Optional.of(subject.candidate() + " was revoked by "
                        + revocation.content().by() + " at "
                        + revocation.content().time() + " ("
                        + revocation.content().reason() + "); lift it with "
                        + acceptCommand(subject.candidate()));
    }

    private boolean lifted(Signed<Revocation> revocation, Approval approval) {
        return acceptances.stream()
                .filter(signed -> signed.doubt().isEmpty())
                .filter(signed -> signed.entry().sequence() > revocation.entry().sequence())
                .anyMatch(signed -> signed.content().covers(approval));
    }

    private Ruling weighed(Approval approval, EvidenceRef entry) {
        String candidate = approval.candidate();
        String use = approval.use().name();
        return switch (approval.outcome()) {
            case READY -> new Ruling.Stands(approval, entry);
            case READY_IF ->
                acceptancesOf(approval).isEmpty()
                        ? new Ruling.Lapsed(candidate + " is ready for " + use + " only if " + sentences(approval)
                                + "; carry that out, then run " + acceptCommand(candidate))
                        : new Ruling.Stands(approval, entry);
            case NOT_READY ->
                approval.refusals().isEmpty()
                        ? new Ruling.Lapsed(candidate + " is NOT READY for " + use + ": " + sentences(approval)
                                + "; mend it and run `stoa assess` again")
                        : new Ruling.Forbidden(
                                approval,
                                approval.refusals(),
                                "the licence of " + candidate + " refuses the use " + use + ": "
                                        + approval.refusals().stream()
                                                .map(Approval.Refusal::toString)
                                                .collect(Collectors.joining("; ")));
            case UNDECIDED ->
                new Ruling.Lapsed(candidate + " is UNDECIDED for " + use + ": " + sentences(approval)
                        + "; supply what is missing and run `stoa assess` again");
        };
    }

    private static String sentences(Approval approval) {
        return approval.reasons().stream().map(Approval.Reason::sentence).collect(Collectors.joining("; "));
    }

    private static String acceptCommand(String candidate) {
        return "`stoa approve accept " + candidate + " --by NAME --reason TEXT`";
    }
}
