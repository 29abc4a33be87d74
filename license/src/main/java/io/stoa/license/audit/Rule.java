package io.stoa.license.audit;

import java.util.Locale;

/** What an audit may find. The ids are stable: they stand in SARIF files and in policies. */
public enum Rule {
    LICENSE_MISSING(
            Level.WARNING, "Nothing says which licence holds", "Add the model card or the LICENSE file of the model."),
    LICENSE_UNKNOWN(
            Level.WARNING,
            "A licence is named that is not known",
            "Have a lawyer read the licence, or choose a model whose licence is known."),
    LICENSE_TEXT_UNKNOWN(
            Level.WARNING,
            "A licence text is not, word for word, a known one",
            "Compare the file with the licensor's original; a changed text is another licence."),
    CLAIMS_CONTRADICT(
            Level.WARNING,
            "Sources about one model name different licences",
            "Ask the publisher which licence holds, and correct or remove the source that is wrong."),
    TERMS_DROPPED(
            Level.ERROR,
            "A derivative is declared under a licence that drops terms of its base",
            "Treat the model, and pass it on, as one under the base's licence as well."),
    NAME_LACKS_PREFIX(
            Level.NOTE,
            "The name of a derivative does not begin as its base's or teacher's licence asks",
            "Rename the model before it is made available, or do not pass it on."),
    TEACHER_TERMS(
            Level.NOTE,
            "Outputs of another model trained this one, and its licence asks something of such models",
            "Do what the teacher's licence asks."),
    TEACHER_FORBIDS(
            Level.ERROR,
            "Outputs of another model trained this one, and its licence forbids that",
            "Replace the model, or have a lawyer look at how it was made."),
    TEACHER_UNCLEAR(
            Level.WARNING,
            "Outputs of another model trained this one, and whether its licence lets them is not settled",
            "Find out whether the condition holds, or have a lawyer read the teacher's licence."),
    TEACHER_UNKNOWN(
            Level.WARNING,
            "Outputs of another model trained this one, and that model's licence is not known",
            "Find out which model taught it and what its licence says about training on outputs."),
    BASE_UNKNOWN(
            Level.WARNING,
            "The licence of a base is not known",
            "Put the base's card or LICENSE file into a folder named like it, beside the model."),
    ORIGIN_IMPOSSIBLE(
            Level.WARNING,
            "A model names itself, a circle or no model at all as its base, or more teachers than are looked at",
            "Ask the publisher what the model was made from."),
    EVIDENCE_CONTRADICTS(
            Level.WARNING,
            "Architecture and tokenizer point to another family than what is declared",
            "Ask the publisher what the model was made from."),
    PAPER_UNREADABLE(
            Level.WARNING, "A file cannot be read", "Fetch the file again, or ask the publisher for a correct one."),
    POLICY_LICENSE(
            Level.ERROR, "The policy does not allow this licence", "Replace the model, or ask for an exception."),
    POLICY_CATEGORY(
            Level.ERROR,
            "The policy does not allow licences of this kind",
            "Replace the model, or ask for an exception."),
    POLICY_DUTIES(Level.NOTE, "The intended use of the policy is allowed once duties are met", "Do what is listed."),
    POLICY_USE(
            Level.ERROR, "The intended use of the policy is forbidden", "Replace the model, or change how it is used."),
    POLICY_USE_UNKNOWN(
            Level.WARNING,
            "Whether the intended use of the policy is allowed is not known",
            "Supply the facts that are missing."),
    POLICY_EXCEPTION_EXPIRED(
            Level.WARNING, "An exception of the policy has expired", "Renew it with its reason, or replace the model.");

    /** How much a finding weighs, by the names of SARIF. */
    public enum Level {
        NOTE,
        WARNING,
        ERROR;

        /** As SARIF writes it. */
        public String lowerCase() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Level level;
    private final String title;
    private final String help;

    Rule(Level level, String title, String help) {
        this.level = level;
        this.title = title;
        this.help = help;
    }

    /** Such as {@code terms-dropped}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Level level() {
        return level;
    }

    /** What it means, for a person. */
    public String title() {
        return title;
    }

    /** What to do. */
    public String help() {
        return help;
    }
}
