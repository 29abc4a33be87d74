package io.stoa.license.clause;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A licence and what it says.
 *
 * @param id the SPDX id, or {@code LicenseRef-…}, with ScanCode's key where it has one
 * @param name its full name
 * @param dated the date that the text or its publisher gives it, ISO 8601, when there is one
 * @param source where the text is published
 * @param read when we read it
 * @param aliases other ids and names it is declared by, such as Hugging Face's tags; compared without regard to case
 * @param titles lines that may head a copy of the text without being part of it
 * @param links addresses that mean this licence, without scheme
 * @param publisher the organization whose models come under it by default, as in {@code publisher/model}, when there is one
 * @param models matches the names of models that come under it, when names tell
 * @param notice the sentence that the licence prescribes for NOTICE files, when it does
 * @param flowsDown whether a derived model stays bound by it, whatever it is published under
 * @param clauses what it says
 */
public record License(
        String id,
        String name,
        Optional<String> dated,
        String source,
        LocalDate read,
        List<String> aliases,
        List<String> titles,
        List<String> links,
        Optional<String> publisher,
        Optional<Pattern> models,
        Optional<String> notice,
        boolean flowsDown,
        List<Clause> clauses) {
    public License {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(dated, "dated");
        requireNonNull(source, "source");
        requireNonNull(read, "read");
        requireNonNull(publisher, "publisher");
        requireNonNull(models, "models");
        requireNonNull(notice, "notice");
        aliases = List.copyOf(aliases);
        titles = List.copyOf(titles);
        links = List.copyOf(links);
        clauses = List.copyOf(clauses);
    }

    /** The digest of what it says as Stoa reads it, the same in every process. */
    public Digest digest() {
        StringBuilder said = new StringBuilder(id).append(flowsDown ? " flows down" : "");
        for (Clause clause : clauses) {
            said.append('\n')
                    .append(String.join(
                            "\t",
                            clause.topic().lowerCase(),
                            clause.effect().name(),
                            String.valueOf(clause.when().stream()
                                    .map(ConditionWords::of)
                                    .toList()),
                            clause.says(),
                            clause.remedy().orElse(""),
                            String.valueOf(clause.provides().stream()
                                    .map(Provision::words)
                                    .toList()),
                            clause.section(),
                            clause.reliability().name()));
        }
        return Digest.of(said.toString());
    }

    /** Whether a declared id or name means this licence. */
    public boolean isCalled(String declared) {
        String wanted = declared.strip().toLowerCase(Locale.ROOT);
        return id.toLowerCase(Locale.ROOT).equals(wanted)
                || name.toLowerCase(Locale.ROOT).equals(wanted)
                || aliases.stream()
                        .anyMatch(alias -> alias.toLowerCase(Locale.ROOT).equals(wanted));
    }
}
