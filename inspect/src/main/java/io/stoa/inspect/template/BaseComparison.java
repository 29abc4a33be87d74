package io.stoa.inspect.template;

import io.stoa.engine.chat.jinja.Mentions;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Runs two templates over the same conversations, those included that either may wait for. */
final class BaseComparison {
    private static final int MOST_TEXTS = 400;
    private static final String REMEDY = "Use the base's template, unless this difference is wanted.";

    private final Rendering own;
    private final Rendering base;
    private final Mentions ownMentions;
    private final Mentions baseMentions;
    private final Behaviour behaviour;
    private final Set<String> said = new LinkedHashSet<>();
    private int compared;
    private int spaced;

    BaseComparison(
            Rendering own, Rendering base, Mentions ownMentions, Mentions baseMentions, Behaviour behaviour) {
        this.own = own;
        this.base = base;
        this.ownMentions = ownMentions;
        this.baseMentions = baseMentions;
        this.behaviour = behaviour;
    }

    void run(String place, Notes notes) {
        Set<String> texts = new LinkedHashSet<>(ownMentions.texts());
        texts.addAll(own.compared());
        texts.addAll(baseMentions.texts());
        texts.removeIf(text -> text.isBlank() || text.length() > 300);
        Set<Integer> numbers = new TreeSet<>(ownMentions.numbers());
        numbers.addAll(baseMentions.numbers());
        for (Conversation shape : behaviour.frames().keySet()) {
            compare(shape, "an ordinary conversation", place, notes);
            for (int turn = 0; turn < shape.turns().size(); turn++) {
                for (Trials.Trial trial : Trials.usual(numbers)) {
                    compare(shape.with(turn, trial.content()), trial.what(), place, notes);
                }
                for (String text : texts.stream().limit(MOST_TEXTS).toList()) {
                    for (Trials.Trial trial : Trials.around(text).subList(0, 3)) {
                        compare(shape.with(turn, trial.content()), trial.what(), place, notes);
                    }
                }
            }
        }
        if (texts.size() > MOST_TEXTS) {
            notes.notTested(Check.TEMPLATE_BASE, "The templates mention more texts than were tried.", REMEDY);
        }
        if (spaced > 0) {
            notes.lead(
                    Check.TEMPLATE_BASE,
                    place,
                    spaced + " of " + compared + " prompts differ from the base's in white space or marks only.",
                    REMEDY);
        }
        notes.passIfClean(Check.TEMPLATE_BASE, compared + " conversations give the same prompts as the base's template.");
    }

    private void compare(Conversation conversation, String what, String place, Notes notes) {
        compared++;
        Optional<String> ours = own.of(conversation);
        Optional<String> theirs = base.of(conversation);
        if (ours.equals(theirs)) {
            return;
        }
        String where = what + " (" + conversation.name() + ")";
        if (ours.isEmpty() || theirs.isEmpty()) {
            if (said.add("refusal " + conversation.name())) {
                notes.lead(
                        Check.TEMPLATE_BASE,
                        place,
                        "With " + where + " " + (ours.isEmpty() ? "this template" : "the base's") + " refuses, the other does not.",
                        REMEDY);
            }
            return;
        }
        Words added = Words.of(Words.unmarked(ours.get())).minus(Words.of(Words.unmarked(theirs.get())));
        Words dropped = Words.of(Words.unmarked(theirs.get())).minus(Words.of(Words.unmarked(ours.get())));
        if (added.isEmpty() && dropped.isEmpty()) {
            spaced++;
        } else if (said.add(added + " - " + dropped)) {
            notes.fail(
                    Check.TEMPLATE_BASE,
                    place,
                    "With " + where + " this template "
                            + (added.isEmpty() ? "" : "says what the base's does not: " + added)
                            + (dropped.isEmpty() ? "" : (added.isEmpty() ? "" : ", and ") + "leaves out: " + dropped)
                            + ".",
                    REMEDY);
        }
    }
}
