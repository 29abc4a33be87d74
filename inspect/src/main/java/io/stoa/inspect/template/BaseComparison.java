package io.stoa.inspect.template;

import io.stoa.engine.chat.jinja.Mentions;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import java.time.Instant;
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

    BaseComparison(Rendering own, Rendering base, Mentions ownMentions, Mentions baseMentions, Behaviour behaviour) {
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
            if (shape.turns().size() > 3) {
                continue;
            }
            compare(shape, "an ordinary conversation", place, notes);
            for (int turn = 0; turn < shape.turns().size(); turn++) {
                for (Trials.Trial trial : Trials.usual(numbers)) {
                    compare(shape.with(turn, trial.content()), trial.what(), place, notes);
                }
                for (String text : texts.stream().limit(MOST_TEXTS).toList()) {
                    for (Trials.Trial trial : own.compared().contains(text) ? Trials.around(text) : Trials.with(text)) {
                        compare(shape.with(turn, trial.content()), trial.what(), place, notes);
                    }
                }
            }
        }
        rest(place, notes);
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
        notes.passIfClean(
                Check.TEMPLATE_BASE, compared + " conversations give the same prompts as the base's template.");
    }

    /** Two texts at once, many messages, other dates. */
    private void rest(String place, Notes notes) {
        Conversation first = behaviour.frames().keySet().iterator().next();
        int last = first.turns().size() - 1;
        for (Trials.Trial pair : behaviour.pairs()) {
            compare(first.with(last, pair.content()), pair.what(), place, notes);
        }
        for (Conversation many : behaviour.longConversations()) {
            compare(many, many.name(), place, notes);
        }
        if (ownMentions.names().contains("strftime_now") || baseMentions.names().contains("strftime_now")) {
            for (Instant now : behaviour.instants()) {
                compare(first, now, "the date " + now, place, notes);
            }
        }
    }

    private void compare(Conversation conversation, String what, String place, Notes notes) {
        compare(conversation, Rendering.USUAL, what, place, notes);
    }

    private void compare(Conversation conversation, Instant now, String what, String place, Notes notes) {
        compared++;
        Optional<String> ours = own.of(conversation, now);
        Optional<String> theirs = base.of(conversation, now);
        if (ours.equals(theirs)) {
            return;
        }
        String where = what + " (" + conversation.name() + ")";
        if (ours.isEmpty() || theirs.isEmpty()) {
            if (said.add("refusal " + conversation.name())) {
                notes.lead(
                        Check.TEMPLATE_BASE,
                        place,
                        "With " + where + " " + (ours.isEmpty() ? "this template" : "the base's")
                                + " refuses, the other does not.",
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
