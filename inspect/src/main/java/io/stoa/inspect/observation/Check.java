package io.stoa.inspect.observation;

/** The questions of an examination. */
public enum Check {
    FORMAT("format", "Is the file what its name says, and nothing else besides?"),
    GGUF("gguf-structure", "Do counts, lengths, offsets, types and shapes of a GGUF file agree with each other?"),
    METADATA("gguf-metadata", "Are the metadata of the right types and free of hidden characters?"),
    HIDDEN_BYTES("hidden-bytes", "Does a file hold bytes that its format does not account for?"),
    SAFETENSORS("safetensors-structure", "Do header, tensors and index of safetensors files agree?"),
    PICKLE("pickle", "Would loading a Python checkpoint import or call anything but tensors?"),
    ARCHIVE("archive", "Is an archive free of bombs, traversal and contradictions?"),
    FOLDER("folder", "Does a model folder hold links out of it, programs or misleading names?"),
    CODE("code", "Does the model need code of its own?"),
    FINITE("weights-finite", "Is every weight and every scale a finite number?"),
    WEIGHTS("weights-plausible", "Does every tensor look as training leaves it?"),
    TEMPLATE("template-runs", "Does the chat template run in the sandbox, within bounds?"),
    TRIGGER("template-content", "Does the chat template pass on what was said, whatever it is, whenever it is?"),
    INSTRUCTIONS("template-instructions", "Does the chat template add instructions of its own?"),
    TEMPLATE_BASE("template-base", "Does the chat template do what the base's does?"),
    TOKENIZER("tokenizer", "Does the tokenizer keep the text as it is?"),
    TOKENIZER_BASE("tokenizer-base", "Is the tokenizer the base's?"),
    CONFIG("config", "Do the configuration files ask for anything unusual?"),
    PARENTAGE("parentage", "Are the weights derived from the base?");

    private final String id;
    private final String question;

    Check(String id, String question) {
        this.id = id;
        this.question = question;
    }

    /** A stable name for programs. */
    public String id() {
        return id;
    }

    public String question() {
        return question;
    }
}
