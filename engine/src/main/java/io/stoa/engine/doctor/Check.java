package io.stoa.engine.doctor;

import java.util.Locale;

/** What the doctor looks at. */
public enum Check {
    REACHABLE("answers at all"),
    MODEL_NAME("serves the model by this name"),
    ERRORS("refuses a wrong request as one"),
    PROMPT_USAGE("counts the prompt's tokens"),
    ANSWER_USAGE("counts the answer's tokens"),
    MAX_TOKENS("stops at max_tokens"),
    FINISH_REASON("says why an answer ended"),
    DETERMINISM("is deterministic at temperature 0"),
    TEMPERATURE("draws at a temperature above 0"),
    SEED("repeats an answer for a seed"),
    STOP("stops before a stop string"),
    STREAMING("streams what it answers"),
    SYSTEM_ROLE("reads the system message"),
    HISTORY("reads the whole conversation"),
    CONCURRENCY("keeps callers apart"),
    CONTEXT_LIMIT("refuses a prompt that does not fit"),
    TOOLS("calls tools"),
    JSON_SCHEMA("keeps to a JSON Schema"),
    LOG_PROBABILITIES("tells the prompt's log-probabilities"),
    TOKENIZER("tokenizes as the reference does"),
    CHAT_TEMPLATE("applies the chat template once"),
    MODEL_IDENTITY("is the reference model, unaltered");

    private final String meaning;

    Check(String meaning) {
        this.meaning = meaning;
    }

    /** What it does when the check passes. */
    public String meaning() {
        return meaning;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
