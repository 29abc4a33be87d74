package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.chat.ChatTemplate;
import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.integration.TemplateReport.Outcome;
import io.stoa.integration.TemplateReport.Rendering;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Does the model's chat template turn conversations into prompts? It is tried, in the sandboxed interpreter that serving
 * uses, on every {@link Conversation}: that it parses proves nothing, and a template that silently drops the system
 * message is worse than one that refuses it.
 */
final class ChatTemplateCheck implements Check {
    static final String ID = "integration/template";

    private static final String KEY = "tokenizer.chat_template";
    private static final String MEND = "Take the current template from the model's publisher and convert again: what"
            + " fails here fails at every such request.";
    private static final String INSTRUCT_IN_USER_MESSAGE =
            "Have every caller put its instructions into the first user message instead of a system message.";
    private static final String SHOW_TOOLS = "Take a file whose chat template shows the tools to the model: without"
            + " that, its tool calls are guesses.";
    private static final String ONE_CALL_ONLY = "Use it for single calls only, or give results back in a user message:"
            + " an agent that goes on after a tool's result fails.";
    private static final String NO_TOOL_TASK = "no task of this workload calls tools";

    private final Candidate candidate;
    private final Workload workload;
    private final String engineBuild;

    ChatTemplateCheck(Candidate candidate, Workload workload, String engineBuild) {
        this.candidate = requireNonNull(candidate, "candidate");
        this.workload = requireNonNull(workload, "workload");
        this.engineBuild = requireNonNull(engineBuild, "engineBuild");
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public PillarName pillar() {
        return PillarName.INTEGRATION;
    }

    @Override
    public String title() {
        return "chat template: " + Conversation.values().length + " conversations";
    }

    @Override
    public Stage stage() {
        return Stage.EXAMINE;
    }

    @Override
    public Duration estimate() {
        return Duration.ofMillis(100);
    }

    @Override
    public List<Finding> run(Recorder recorder, Progress progress) {
        return switch (candidate) {
            case Candidate.RemoteModel remote ->
                List.of(Finding.info(
                        this,
                        remote.baseUri() + " applies a chat template of its own, which cannot be seen from here",
                        List.of(),
                        List.of()));
            case Candidate.GgufFile file -> {
                EvidenceKey key =
                        new EvidenceKey(file.identity(), ID, Digest.of("chat template report 1\n" + engineBuild));
                Recorded<TemplateReport> report =
                        recorder.once(key, TemplateReport.class, () -> examine(GgufReader.read(file.path())));
                yield findings(report.value(), List.of(report.evidence()));
            }
        };
    }

    private static TemplateReport examine(GgufHeader header) {
        Optional<String> source = header.string(KEY).filter(template -> !template.isBlank());
        if (source.isEmpty()) {
            return new TemplateReport(Optional.empty(), Optional.empty(), List.of());
        }
        Optional<String> digest = Optional.of(Digest.of(source.get()).toString());
        ChatTemplate template;
        try {
            template = ChatTemplate.parse(source.get());
        } catch (StoaException e) {
            return new TemplateReport(digest, Optional.of(reason(e)), List.of());
        }
        String begin = token(header, "tokenizer.ggml.bos_token_id");
        String end = token(header, "tokenizer.ggml.eos_token_id");
        List<Rendering> renderings = Arrays.stream(Conversation.values())
                .map(conversation -> render(template, conversation, begin, end))
                .toList();
        return new TemplateReport(digest, Optional.empty(), renderings);
    }

    /** The text of a special token; empty where the file names none. */
    private static String token(GgufHeader header, String key) {
        OptionalLong id = header.integer(key);
        List<GgufValue> tokens = header.array("tokenizer.ggml.tokens").orElse(List.of());
        return id.isPresent()
                        && id.getAsLong() >= 0
                        && id.getAsLong() < tokens.size()
                        && tokens.get((int) id.getAsLong()) instanceof GgufValue.Text(String text)
                ? text
                : "";
    }

    private static Rendering render(ChatTemplate template, Conversation conversation, String begin, String end) {
        String prompt;
        try {
            prompt = template.render(conversation.messages(), conversation.tools(), true, begin, end);
        } catch (StoaException e) {
            boolean refused =
                    e.getCause() instanceof JinjaException jinja && jinja.reason() == JinjaException.Reason.RAISED;
            return new Rendering(conversation, refused ? Outcome.REFUSED : Outcome.BROKEN, reason(e));
        }
        String missing = conversation.said().stream()
                .filter(said -> !prompt.contains(said))
                .map(said -> "\"" + said + "\"")
                .collect(Collectors.joining(", "));
        return missing.isEmpty()
                ? new Rendering(conversation, Outcome.RENDERED, "")
                : new Rendering(conversation, Outcome.DROPPED, "the prompt lacks " + missing);
    }

    /** The interpreter's bare reason with its line: the sentence around it is this check's own. */
    private static String reason(StoaException e) {
        return e.getCause() instanceof JinjaException jinja
                ? jinja.message() + " (line " + jinja.line() + " of the template)"
                : e.sentence();
    }

    private List<Finding> findings(TemplateReport report, List<EvidenceRef> evidence) {
        if (report.template().isEmpty()) {
            return List.of(Finding.blocks(
                    this,
                    "the file carries no chat template (" + KEY + "), so no conversation can be put to the model",
                    "Convert the model again from a folder whose tokenizer_config.json or chat_template.jinja has the"
                            + " template, or take an instruction-tuned file that carries one.",
                    List.of(),
                    evidence));
        }
        if (report.syntax().isPresent()) {
            return List.of(Finding.blocks(
                    this,
                    "the chat template cannot be parsed: " + report.syntax().get(),
                    MEND,
                    List.of(),
                    evidence));
        }
        List<Finding> findings = new ArrayList<>();
        for (Rendering rendering : report.renderings()) {
            finding(rendering, evidence).ifPresent(findings::add);
        }
        List<String> fine = report.renderings().stream()
                .filter(rendering -> rendering.outcome() == Outcome.RENDERED)
                .map(rendering -> rendering.conversation().words())
                .toList();
        if (!fine.isEmpty()) {
            findings.add(
                    Finding.info(this, "the chat template renders " + String.join(", ", fine), List.of(), evidence));
        }
        return findings;
    }

    private Optional<Finding> finding(Rendering rendering, List<EvidenceRef> evidence) {
        String conversation = rendering.conversation().words();
        String sentence = switch (rendering.outcome()) {
            case RENDERED -> "";
            case DROPPED ->
                "the chat template loses a part of a conversation with " + conversation + " without a word: ";
            case REFUSED -> "the chat template refuses a conversation with " + conversation + ": ";
            case BROKEN -> "the chat template fails on a conversation with " + conversation + ": ";
        };
        if (sentence.isEmpty()) {
            return Optional.empty();
        }
        String claim = sentence + rendering.detail();
        boolean broken = rendering.outcome() == Outcome.BROKEN;
        return Optional.of(
                switch (rendering.conversation()) {
                    case ONE_QUESTION, SEVERAL_TURNS -> Finding.blocks(this, claim, MEND, List.of(), evidence);
                    case SYSTEM_MESSAGE ->
                        broken
                                ? Finding.blocks(this, claim, MEND, List.of(), evidence)
                                : Finding.condition(this, claim, INSTRUCT_IN_USER_MESSAGE, List.of(), evidence);
                    case TOOLS ->
                        callsTools()
                                ? Finding.blocks(this, claim, SHOW_TOOLS, List.of(), evidence)
                                : Finding.info(this, claim + "; " + NO_TOOL_TASK, List.of(), evidence);
                    case TOOL_RESULT ->
                        callsTools()
                                ? Finding.condition(this, claim, ONE_CALL_ONLY, List.of(), evidence)
                                : Finding.info(this, claim + "; " + NO_TOOL_TASK, List.of(), evidence);
                });
    }

    private boolean callsTools() {
        return workload.tasks().stream().anyMatch(task -> task.kind() instanceof TaskKind.ToolCall);
    }
}
