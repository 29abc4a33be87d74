package io.stoa.engine.serve;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ToolDefinition;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The engine's own calls under {@code /stoa/}, as JSON: both sides write and read these records with Jackson, which
 * prints numbers so that they read back as the same ones.
 */
public final class EngineWire {
    public static final String FACTS = "/stoa/facts";
    public static final String GENERATE = "/stoa/generate";
    public static final String SCORE = "/stoa/score";
    public static final String LOG_PROBABILITIES = "/stoa/log-probabilities";
    public static final String PROMPT_TOKENS = "/stoa/prompt-tokens";
    public static final String TOKENIZE = "/stoa/tokenize";
    public static final String DETOKENIZE = "/stoa/detokenize";
    public static final String EMBED = "/stoa/embed";

    private EngineWire() {}

    /** What {@link #FACTS} answers. */
    public record Facts(EngineFacts facts, Set<Engine.Capability> capabilities) {
        public Facts {
            requireNonNull(facts, "facts");
            capabilities = Set.copyOf(capabilities);
        }
    }

    /**
     * A prompt: a text, or else messages and tools.
     *
     * @param continued whether the last message is only begun
     */
    public record Asked(
            Optional<String> text, List<ChatMessage> messages, List<ToolDefinition> tools, boolean continued) {
        public Asked {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
        }

        public static Asked of(Prompt prompt) {
            return switch (prompt) {
                case Prompt.Text(String text) -> new Asked(Optional.of(text), List.of(), List.of(), false);
                case Prompt.Chat(List<ChatMessage> messages, List<ToolDefinition> tools) ->
                    new Asked(Optional.empty(), messages, tools, false);
                case Prompt.Continued(List<ChatMessage> messages) ->
                    new Asked(Optional.empty(), messages, List.of(), true);
            };
        }

        Prompt prompt() {
            return text.<Prompt>map(Prompt.Text::new)
                    .orElseGet(() -> continued ? new Prompt.Continued(messages) : new Prompt.Chat(messages, tools));
        }
    }

    public record Generate(Asked prompt, GenerateOptions options) {}

    /** One event of an answer: a piece of text, or at the end the whole. */
    public record Generated(Optional<String> piece, Optional<Generation> generation) {}

    public record Score(List<Item> questions) {
        public record Item(Asked prompt, List<String> continuations) {}

        public static Score of(List<Question> questions) {
            return new Score(questions.stream()
                    .map(question -> new Item(Asked.of(question.prompt()), question.continuations()))
                    .toList());
        }

        List<Question> asked() {
            return questions.stream()
                    .map(item -> new Question(item.prompt.prompt(), item.continuations))
                    .toList();
        }
    }

    public record LogProbabilities(List<Integer> tokens, int alternatives) {}

    public record Tokenize(String text, boolean special) {}

    public record Detokenize(List<Integer> tokens, boolean special) {}

    public record Embed(List<String> texts, Engine.Pooling pooling, boolean unitLength) {}
}
