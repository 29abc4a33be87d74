package io.stoa.license.lineage;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Families of models whose architecture and tokenizer together are hardly used by others. They are evidence: they may
 * contradict what is said about a base, and never permit anything, since a tokenizer can be taken without the weights.
 *
 * <p>Figures are those of the published config.json files. Llama 2's tokenizer is not among them: too many models that
 * were trained from scratch share it.
 */
@SuppressWarnings("ImmutableEnumChecker") // the collections are copies that nobody can change
enum Family {
    LLAMA_3("Llama 3", "llama|mllama", "128256|128258|128264", "llama-bpe|llama3|llama-v3", "llama[-_ ]?v?3", "llama3"),
    LLAMA_4("Llama 4", "llama4|llama4_text", "202048", "llama4", "llama[-_ ]?v?4", "llama4"),
    GEMMA(
            "Gemma",
            "gemma|gemma2|gemma3|gemma3_text|gemma3n|gemma3n_text|recurrent_gemma",
            "256000|256128|262144|262208|262400",
            "",
            "gemma",
            "gemma"),
    QWEN(
            "Qwen",
            "qwen2|qwen2moe|qwen2_moe|qwen2vl|qwen2_vl|qwen2_5_vl|qwen3|qwen3moe|qwen3_moe",
            "151646|151665|151669|151936|152064",
            "qwen2",
            "qwen|qwq|qvq",
            "apache-2.0|qwen|tongyi-qianwen|tongyi-qianwen-research|qwen-research"),
    MISTRAL(
            "Mistral's Tekken models",
            "llama|mistral|mistral3",
            "131072",
            "tekken",
            "mistral|mixtral|pixtral|codestral|devstral|magistral|nemo",
            "apache-2.0|mrl|mnpl|mistral-ai-research-license-v0.1"),
    COMMAND("Command R", "command-r|cohere|cohere2", "256000", "command-r", "command|aya|c4ai", "cohere-cc-by-nc-4.0"),
    DEEPSEEK(
            "DeepSeek",
            "deepseek2|deepseek|deepseek_v2|deepseek_v3",
            "100000|102400|129280",
            "deepseek-llm|deepseek-coder|deepseek-v3",
            "deepseek",
            "mit|deepseek"),
    FALCON("Falcon", "falcon|RefinedWebModel|refinedweb", "65024", "falcon", "falcon", "apache-2.0|falcon-llm-license"),
    EXAONE("EXAONE", "exaone|exaone4", "102400", "exaone|exaone4", "exaone", "exaone");

    private final String words;
    private final Set<String> architectures;
    private final Set<String> vocabularies;
    private final Set<String> pretokenizers;
    private final Pattern names;
    private final List<String> tags;

    Family(String words, String architectures, String vocabularies, String pretokenizers, String names, String tags) {
        this.words = words;
        this.architectures = split(architectures);
        this.vocabularies = split(vocabularies);
        this.pretokenizers = split(pretokenizers);
        this.names = Pattern.compile("(?<![a-z])(?:" + names + ")");
        this.tags = List.copyOf(split(tags));
    }

    private static Set<String> split(String list) {
        return Arrays.stream(list.split("\\|", -1))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The family that signs point to, when architecture and vocabulary both do and the pretokenizer does not object. */
    static Optional<Family> of(Signs signs) {
        return Arrays.stream(values())
                .filter(family -> signs.architecture()
                        .filter(family.architectures::contains)
                        .isPresent())
                .filter(family -> signs.vocabulary().isPresent()
                        && family.vocabularies.contains(
                                Long.toString(signs.vocabulary().getAsLong())))
                .filter(family -> family.pretokenizers.isEmpty()
                        || signs.pretokenizer().isEmpty()
                        || family.pretokenizers.contains(signs.pretokenizer().get()))
                .findFirst();
    }

    /** What it is called, for a person. */
    String words() {
        return words;
    }

    /** Tags of licences that models of it come under. */
    Stream<String> tags() {
        return tags.stream();
    }

    /** Whether a name says that a model belongs to it. */
    boolean isIn(String name) {
        return names.matcher(name.toLowerCase(Locale.ROOT)).find();
    }
}
