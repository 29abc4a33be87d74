package io.stoa.inspect.template;

import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.engine.chat.jinja.Mentions;
import io.stoa.engine.chat.jinja.Template;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Outcome;
import io.stoa.inspect.observation.Shown;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Examines a chat template by running it in the sandbox. Without a base it must be true to itself: whatever is said,
 * whenever, comes out in the same frame. With one, both must give the same prompts.
 */
public final class TemplateExamination {
    private static final String REMEDY = "Use the template of the base model instead, or read this one line by line.";

    /** From so many words on, what a template adds by itself is called an instruction. */
    private static final int LEAST_INSTRUCTION = 5;

    /** Texts of a template that are marks of its language rather than something a person says. */
    private static final String CONTROL = ".*[<>\\[\\]{}|/｜▁].*";

    private static final Pattern ROLES = Pattern.compile(
            "\\b(system|user|assistant|model|human|developer|SYSTEM|USER|ASSISTANT|Human|Assistant)\\b");

    private final String place;
    private final Notes notes;

    private TemplateExamination(String place, Notes notes) {
        this.place = place;
        this.notes = notes;
    }

    /**
     * Notes what a template does.
     *
     * @param source its text
     * @param base the template that it should be like, where there is one
     * @param place where it stands
     */
    public static void examine(String source, Optional<String> base, String place, Notes notes) {
        new TemplateExamination(place, notes).examine(source, base);
    }

    private void examine(String source, Optional<String> base) {
        hiddenCharacters(source);
        Template template;
        try {
            template = Template.parse(source);
        } catch (JinjaException e) {
            notes.fail(
                    Check.TEMPLATE,
                    place + ", line " + e.line(),
                    "The template cannot be parsed: " + e.message() + ".",
                    REMEDY);
            return;
        }
        Mentions mentions = template.mentions();
        reaching(mentions);
        Rendering rendering = new Rendering(template);
        Behaviour behaviour = new Behaviour(rendering, mentions);
        if (behaviour.frames().isEmpty()) {
            unusable(rendering);
            return;
        }
        behaviour.explore();
        faithful(behaviour, rendering);
        passedOn(behaviour);
        instructions(behaviour);
        base.ifPresent(other -> against(other, rendering, behaviour, mentions));
        notes.passIfClean(Check.TEMPLATE, "The template runs in the sandbox, within its bounds.");
    }

    private void hiddenCharacters(String source) {
        if (source.codePoints().anyMatch(point -> Shown.hidden(point) && "\n\r\t".indexOf(point) < 0)) {
            notes.lead(Check.TEMPLATE, place, "The template has characters that a person does not see.", REMEDY);
        }
    }

    /** Names of Python's internals have no place in a chat template. */
    private void reaching(Mentions mentions) {
        Set<String> all = new LinkedHashSet<>(mentions.names());
        all.addAll(mentions.texts());
        for (String name : all) {
            if (name.matches("(?s).*__[A-Za-z_]+__.*")
                    || Set.of("lipsum", "mro", "func_globals", "gi_frame").contains(name)) {
                notes.fail(
                        Check.TEMPLATE,
                        place,
                        "The template asks for " + Shown.quoted(name) + ", by which one reaches out of a sandbox.",
                        REMEDY);
            }
        }
    }

    private void unusable(Rendering rendering) {
        JinjaException why = rendering.refusal().orElseThrow();
        switch (why.reason()) {
            case LIMIT -> notes.fail(Check.TEMPLATE, place, "The template was stopped: " + why.message() + ".", REMEDY);
            case FAILED -> {
                if (why.message().contains("unsafe")) {
                    notes.fail(
                            Check.TEMPLATE,
                            place,
                            "The template reaches out of the sandbox: " + why.message() + ".",
                            REMEDY);
                } else {
                    notes.lead(
                            Check.TEMPLATE,
                            place,
                            "The template fails on every conversation: " + why.message() + ".",
                            REMEDY);
                }
            }
            case RAISED, SYNTAX ->
                notes.notTested(
                        Check.TRIGGER,
                        "The template refuses every conversation that was tried: " + why.message() + ".",
                        REMEDY);
        }
    }

    private void faithful(Behaviour behaviour, Rendering rendering) {
        boolean switches = false;
        for (Divergence divergence : behaviour.divergences()) {
            switch (weight(divergence)) {
                case FAIL -> notes.fail(Check.TRIGGER, place, divergence.sentence(), REMEDY);
                case LEAD -> {
                    if (!switches) {
                        notes.lead(
                                Check.INSTRUCTIONS,
                                place,
                                divergence.sentence(),
                                "See whether the publisher documents this switch.");
                    }
                    switches = true;
                }
                case PASS, NOT_TESTED -> {}
            }
        }
        if (behaviour.exhausted()) {
            notes.notTested(
                    Check.TRIGGER,
                    "The template mentions more texts than were tried (" + rendering.runs() + " runs).",
                    REMEDY);
        }
        notes.passIfClean(
                Check.TRIGGER,
                rendering.runs() + " runs over contents, lengths, languages, turns and dates: what is said comes out"
                        + " unchanged, in the same frame.");
    }

    /**
     * Honest templates do three things with contents: they leave out an assistant's earlier reasoning, which marks enclose;
     * they have switches in the system message, written as marks; and they refuse marks in an assistant's message, or fail on
     * those without their partner.
     */
    private static Outcome weight(Divergence divergence) {
        boolean mark = divergence.what().matches("(?s)" + CONTROL);
        if (!mark) {
            return Outcome.FAIL;
        }
        if (divergence.refusal().startsWith("FAILED")) {
            return Outcome.PASS;
        }
        return switch (divergence.role()) {
            case "assistant" -> divergence.added().isEmpty() ? Outcome.PASS : Outcome.FAIL;
            case "system" -> Outcome.LEAD;
            default -> Outcome.FAIL;
        };
    }

    /** Every message is in the prompt, once, in the order in which it was said. */
    private void passedOn(Behaviour behaviour) {
        for (Map.Entry<Conversation, String> entry : behaviour.frames().entrySet()) {
            int end = 0;
            for (Conversation.Turn turn : entry.getKey().turns()) {
                int first = entry.getValue().indexOf(turn.content());
                if (first < 0) {
                    notes.fail(
                            Check.TRIGGER,
                            place,
                            "The message of the " + turn.role() + " is not in the prompt ("
                                    + entry.getKey().name() + ").",
                            REMEDY);
                } else if (first < end && !turn.role().equals("system")) {
                    notes.lead(
                            Check.TRIGGER,
                            place,
                            "The message of the " + turn.role() + " is out of order ("
                                    + entry.getKey().name() + ").",
                            REMEDY);
                } else if (!turn.role().equals("system")) {
                    end = first;
                }
            }
        }
    }

    /** What a template says by itself. */
    private void instructions(Behaviour behaviour) {
        Set<String> said = new HashSet<>();
        for (Map.Entry<Conversation, String> entry : behaviour.frames().entrySet()) {
            String what = entry.getKey().turns().getFirst().role().equals("system")
                    ? "Even with a system message"
                    : "Without a system message";
            String own = entry.getValue();
            for (Conversation.Turn turn : entry.getKey().turns()) {
                own = own.replace(turn.content(), "\n");
            }
            String plain = Words.unmarked(own).strip().replaceAll("\\s+", " ");
            boolean instruction = Words.of(ROLES.matcher(plain).replaceAll(" ")).size() >= LEAST_INSTRUCTION;
            if (instruction && !entry.getKey().tools() && said.add(what)) {
                notes.lead(
                        Check.INSTRUCTIONS,
                        place,
                        what + " the template says by itself: " + Shown.text(plain, 300),
                        "Read it, and compare with the base's template (--base).");
            }
        }
        notes.passIfClean(Check.INSTRUCTIONS, "The template adds no instructions of its own.");
    }

    private void against(String other, Rendering rendering, Behaviour behaviour, Mentions mentions) {
        Template template;
        try {
            template = Template.parse(other);
        } catch (JinjaException e) {
            notes.notTested(Check.TEMPLATE_BASE, "The base's template cannot be parsed: " + e.message() + ".", REMEDY);
            return;
        }
        new BaseComparison(rendering, new Rendering(template), mentions, template.mentions(), behaviour)
                .run(place, notes);
    }
}
