package io.stoa.license.pack;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Provision.Paper;
import io.stoa.license.pack.Manifest.Recognised;
import io.stoa.license.text.Quote;
import io.stoa.license.text.Recognition;
import io.stoa.license.text.UserCopy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says whether a text is a paper of a licence, of the right version.
 *
 * <p>An agreement must be recognised as a whole. Where the knowledge base has no fingerprint of it, all passages that it
 * quotes must be there word for word, which says less, and is recorded as less. A policy is recognised by its quoted
 * passages; one without any is taken when the user, or the name of the file, says what it is, and nothing in it names
 * another version.
 */
final class PaperRules {
    private static final Pattern POLICY = Pattern.compile("(?i)policy|policies|trustworthy");
    private static final Pattern POLICY_FILE = Pattern.compile("(?i)polic|prohibited|acceptable|trustworthy");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

    /** A shorter text is no licence and no policy. */
    private static final int FEWEST_WORDS = 20;

    /** Fewer quoted passages than this do not tell a text. */
    private static final int FEWEST_PASSAGES = 3;

    private final Licenses licenses;

    PaperRules(Licenses licenses) {
        this.licenses = licenses;
    }

    /** What a text is held to be. */
    sealed interface Judgement {
        record Right(Recognised how) implements Judgement {}

        /** Not the paper; {@code why} follows the name of the file. */
        record Wrong(String why) implements Judgement {}
    }

    Judgement judge(License license, Paper paper, String text) {
        if (text.length() > Licenses.LARGEST_FILE) {
            return new Judgement.Wrong("is too large for a licence or a policy");
        }
        if (text.indexOf('\0') >= 0) {
            return new Judgement.Wrong("is not a text file");
        }
        if (WORD.matcher(text).results().limit(FEWEST_WORDS).count() < FEWEST_WORDS) {
            return new Judgement.Wrong(text.isBlank() ? "is empty" : "holds next to no text");
        }
        return switch (paper) {
            case AGREEMENT -> agreement(license, text);
            case POLICY -> policy(license, text);
        };
    }

    private Judgement agreement(License license, String text) {
        Recognition recognition = licenses.recognize(text);
        if (recognition instanceof Recognition.Known known) {
            return known.license().equals(license.id())
                    ? new Judgement.Right(Recognised.TEXT)
                    : new Judgement.Wrong(recognition.sentence() + ", not of " + license.id());
        }
        if (licenses.recognizes(license.id())) {
            return new Judgement.Wrong(recognition.sentence());
        }
        List<Quote> quotes = quotes(license, false);
        long found = found(quotes, UserCopy.of(text));
        if (quotes.size() < FEWEST_PASSAGES) {
            return new Judgement.Wrong("cannot be recognised: Stoa knows too little of the text of " + license.id());
        }
        return found == quotes.size()
                ? new Judgement.Right(Recognised.PASSAGES)
                : new Judgement.Wrong("has %d of the %d passages of %s that Stoa knows"
                        .formatted(found, quotes.size(), license.id()));
    }

    private Judgement policy(License license, String text) {
        List<Quote> own = quotes(license, true);
        UserCopy copy = UserCopy.of(text);
        if (!own.isEmpty()) {
            long found = found(own, copy);
            return found == own.size()
                    ? new Judgement.Right(Recognised.PASSAGES)
                    : new Judgement.Wrong(otherPolicy(license, copy)
                            .map(other -> "is the policy of " + other + ", not of " + license.id())
                            .orElse("has %d of the %d passages of the policy of %s that Stoa knows"
                                    .formatted(found, own.size(), license.id())));
        }
        if (licenses.recognize(text) instanceof Recognition.Known known) {
            return new Judgement.Wrong("is the text of " + known.license() + ", not a policy");
        }
        Optional<String> other = otherPolicy(license, copy);
        if (other.isPresent()) {
            return new Judgement.Wrong("is the policy of " + other.get() + ", not of " + license.id());
        }
        return otherModel(license, text)
                .<Judgement>map(named -> new Judgement.Wrong(
                        "names models of " + named + " and none of " + license.id() + "; is it of another version?"))
                .orElse(new Judgement.Right(Recognised.NAMED));
    }

    /** Whether a file that nobody said anything about may be the policy of a licence, by its name and its words. */
    boolean looksLikePolicy(License license, UserFile file) {
        String family = WORD.matcher(license.name())
                .results()
                .map(word -> word.group().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse(license.id());
        return !quotes(license, true).isEmpty()
                || (POLICY_FILE.matcher(file.name()).find()
                        && file.text().toLowerCase(Locale.ROOT).contains(family));
    }

    private Optional<String> otherPolicy(License license, UserCopy copy) {
        return licenses.all().stream()
                .filter(other -> !other.id().equals(license.id()))
                .filter(other -> {
                    List<Quote> quotes = quotes(other, true);
                    return !quotes.isEmpty() && found(quotes, copy) == quotes.size();
                })
                .map(License::id)
                .findFirst();
    }

    private Optional<String> otherModel(License license, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return names(license, lower)
                ? Optional.empty()
                : licenses.all().stream()
                        .filter(other -> !other.id().equals(license.id()) && names(other, lower))
                        .map(License::id)
                        .findFirst();
    }

    private static boolean names(License license, String lower) {
        return license.models().filter(pattern -> pattern.matcher(lower).find()).isPresent();
    }

    /** The quoted passages of the agreement or of the policy that goes with it. */
    private static List<Quote> quotes(License license, boolean policy) {
        return license.clauses().stream()
                .filter(clause -> policy == inPolicy(clause))
                .flatMap(clause -> clause.quote().stream())
                .distinct()
                .toList();
    }

    private static boolean inPolicy(Clause clause) {
        return POLICY.matcher(clause.section()).find();
    }

    private static long found(List<Quote> quotes, UserCopy copy) {
        return quotes.stream().filter(quote -> copy.find(quote).isPresent()).count();
    }
}
