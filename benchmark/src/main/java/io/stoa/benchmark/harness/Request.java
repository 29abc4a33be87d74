package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What an engine is asked about one document. */
public sealed interface Request {
    /**
     * How likely is a continuation?
     *
     * @param context what stands before it
     * @param continuation what is scored
     */
    record Likelihood(Context context, String continuation) implements Request {
        public Likelihood {
            requireNonNull(context, "context");
            requireNonNull(continuation, "continuation");
        }
    }

    /** How likely is a whole text? */
    record Rolling(String text) implements Request {}

    /** What comes next? */
    record Generate(Context context, GenerationSettings settings) implements Request {
        public Generate {
            requireNonNull(context, "context");
            requireNonNull(settings, "settings");
        }
    }

    /** What stands before what is scored or generated. */
    sealed interface Context {
        /** Plain text; may be empty. */
        record Text(String text) implements Context {}

        /**
         * Messages for the model's chat template.
         *
         * @param continues whether the last one, of the assistant, is only begun
         */
        record Chat(List<Message> messages, boolean continues) implements Context {
            public Chat {
                messages = List.copyOf(messages);
            }
        }
    }
}
