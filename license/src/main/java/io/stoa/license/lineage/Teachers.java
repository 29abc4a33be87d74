package io.stoa.license.lineage;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the models whose outputs a model was trained on, in names of models and of data sets and in the prose of cards. A
 * wrong find asks for an answer too many; none of them permits anything.
 */
final class Teachers {
    /** Prose is read this far. */
    private static final int MOST_TEXT = 64 * 1024;

    private static final int MOST = 8;

    private static final Pattern SPACE = Pattern.compile("\\s+");

    /** Names of models that are commonly told, open and closed. */
    private static final String KNOWN =
            "(?:meta-)?(?:code)?llama|qwen|qwq|gemma|gemini|mi[sx]tral|pixtral|codestral|deepseek"
                    + "|gpt-?[345o]|chatgpt|o[134](?:-mini|-preview)?(?![a-z0-9])|claude|nemotron|command[- ]r|phi-?[234]|falcon"
                    + "|grok|kimi|glm-?4|granite|minimax|hunyuan|exaone";

    private static final Pattern MODEL = Pattern.compile("(?<![a-z])(?:" + KNOWN + ")", Pattern.CASE_INSENSITIVE);

    /** {@code TEACHER-Distill-BASE}, as in DeepSeek-R1-Distill-Llama-8B. */
    private static final Pattern BEFORE_BASE = Pattern.compile(
            "^(.{2,80}?)[-_ ]distill(?:ed|ation)?[-_ ](?:llama|qwen|gemma|mi[sx]tral|phi|falcon|smollm)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern FROM =
            Pattern.compile("distill(?:ed|ation)?[-_ ](?:from|of)[-_ ](.{2,80})$", Pattern.CASE_INSENSITIVE);

    private static final Pattern DISTILLED =
            Pattern.compile("(?<![a-z])distill(?:ed|ation)?(?![a-z])", Pattern.CASE_INSENSITIVE);

    /** What stands before a teacher's name, the name's brackets and ticks included. */
    private static final Pattern BEFORE = Pattern.compile(
            "(?:distill(?:ed|ation|ing) (?:directly )?(?:of|from|using|by|with) "
                    + "|improved using "
                    + "|(?:trained|tuned|finetuned)(?: [\\w-]{1,20}+){0,4}? (?:outputs?|completions?|responses?|samples?|traces?|data|datasets?)"
                    + " (?:generated |produced |distilled |created )?(?:of|from|by|with|using) "
                    + "|(?:outputs?|completions?|responses?|samples?|traces?|data|datasets?) (?:generated|produced|distilled|created)"
                    + " (?:of|from|by|with|using) )"
                    + "(?:the |an? )?(?:outputs? of |reasoning traces of )?(?:the )?[\\[`*\"(]{0,4}$",
            Pattern.CASE_INSENSITIVE);

    /** The longest stretch of prose that {@link #BEFORE} can match. */
    private static final int MOST_BEFORE = 160;

    private static final int LONGEST_PUBLISHER = 96;

    /** More mentions of models than this are a list of models. */
    private static final int MOST_MENTIONS = 500;

    /** A name in prose: up to four words, the further ones with a capital or a digit. */
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][\\w./-]{1,120}+(?: (?=[A-Z0-9])[\\w.-]{1,40}+){0,3}");

    private Teachers() {}

    /** The teacher that a model's name tells; {@code UNNAMED} where it only tells that there is one. */
    static Optional<String> inName(String name) {
        String shortName = name.substring(name.lastIndexOf('/') + 1);
        if (shortName.length() > 200 || !DISTILLED.matcher(shortName).find()) {
            return Optional.empty();
        }
        Matcher from = FROM.matcher(shortName);
        if (from.find()) {
            return Optional.of(from.group(1));
        }
        Matcher before = BEFORE_BASE.matcher(shortName);
        return Optional.of(before.find() ? before.group(1) : UNNAMED);
    }

    /** A teacher of which only is known that there is one. */
    static final String UNNAMED = "an unnamed teacher";

    /** Whether a data set is called after the model that wrote it. */
    static Optional<String> ofDataset(String dataset) {
        return dataset.length() <= 200 && MODEL.matcher(dataset).find()
                ? Optional.of("the model that wrote " + dataset)
                : Optional.empty();
    }

    /** The teachers that the prose of a card tells: names of models are looked for first, then what stands before them. */
    static Set<String> inProse(String text) {
        String plain = SPACE.matcher(text.substring(0, Math.min(text.length(), MOST_TEXT)))
                .replaceAll(" ");
        Set<String> teachers = new LinkedHashSet<>();
        Matcher mention = MODEL.matcher(plain);
        int mentions = 0;
        for (int i = 0; i < plain.length() && mentions < MOST_MENTIONS && teachers.size() < MOST; i++) {
            // a name begins where a word does: trying nowhere else makes this many times faster
            boolean begins = isLetter(plain.charAt(i)) && (i == 0 || !isLetter(plain.charAt(i - 1)));
            if (!begins || !mention.region(i, plain.length()).lookingAt()) {
                continue;
            }
            mentions++;
            int start = i;
            int least = Math.max(0, start - LONGEST_PUBLISHER);
            while (start > least && isOfName(plain.charAt(start - 1))) {
                start--;
            }
            Matcher name = NAME.matcher(plain).region(start, plain.length());
            if (name.lookingAt()
                    && BEFORE.matcher(plain.substring(Math.max(0, start - MOST_BEFORE), start))
                            .find()) {
                teachers.add(name.group().replaceAll("[./_-]+$", ""));
            }
        }
        return teachers;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isOfName(char c) {
        return isLetter(c) || (c >= '0' && c <= '9') || "_./-".indexOf(c) >= 0;
    }

    /** Whether a teacher is its publisher's own: what that asks of others it says in the model's own licence. */
    static boolean isOwn(String teacher, List<String> publishers) {
        int slash = teacher.indexOf('/');
        String maker = plain(slash > 0 ? teacher.substring(0, slash) : teacher.split("[-_ ]", 2)[0]);
        return maker.length() >= 4
                && publishers.stream()
                        .map(Teachers::plain)
                        .anyMatch(publisher -> publisher.equals(maker) || publisher.equals(maker + "ai"));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
