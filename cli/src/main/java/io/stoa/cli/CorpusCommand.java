package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.integration.retrieve.Analysis;
import io.stoa.integration.retrieve.Embedder;
import io.stoa.integration.retrieve.EngineEmbedder;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.retrieve.Retriever;
import io.stoa.integration.retrieve.ingest.Ingestion;
import io.stoa.integration.retrieve.ingest.Limits;
import io.stoa.integration.retrieve.ingest.Splitter;
import io.stoa.integration.retrieve.ingest.TokenCount;
import io.stoa.integration.retrieve.store.LuceneStore;
import io.stoa.integration.retrieve.store.StoreSettings;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "corpus",
        description = {
            "Documents made searchable: read a folder into a store, search it, say what it holds.",
            "",
            "A store is a folder of its own. It finds passages by their words (BM25), and with an embedding model by"
                    + " their meaning too."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa corpus ingest handbook/",
            "  stoa corpus search 'How long may a book be kept?'",
            "  stoa corpus ingest handbook/ --store hybrid --embed all-minilm.gguf",
            "  stoa corpus status --store hybrid"
        })
final class CorpusCommand implements Runnable {
    private static final String STORE = ".stoa/corpus";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new CorpusCommand())
                .addSubcommand(new IngestCommand(house))
                .addSubcommand(new SearchCommand(house))
                .addSubcommand(new StatusCommand(house))
                .addSubcommand(new RemoveCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name ingest, search, status or remove");
    }

    /** Which model makes the vectors. */
    static final class EmbeddingOptions {
        @Option(
                names = "--embed",
                required = true,
                paramLabel = "FILE|URL#NAME",
                description = "The embedding model: a GGUF file, or an OpenAI-compatible endpoint such as"
                        + " http://127.0.0.1:8000/v1#name. Default: words alone")
        private String model = "";

        @Option(
                names = "--key-env",
                paramLabel = "VARIABLE",
                description = "The environment variable with the endpoint's key.")
        private Optional<String> keyVariable = Optional.empty();

        @Option(
                names = "--passage-prefix",
                paramLabel = "TEXT",
                defaultValue = "",
                description = "What the model wants before passages, such as 'search_document: '.")
        private String passagePrefix = "";

        @Option(
                names = "--question-prefix",
                paramLabel = "TEXT",
                defaultValue = "",
                description = "What the model wants before questions, such as 'search_query: '.")
        private String questionPrefix = "";
    }

    /** An embedding model that is open. */
    private record Opened(Engine engine, Embedder embedder) implements AutoCloseable {
        static Opened of(House house, EmbeddingOptions options) {
            ModelOptions.Chosen chosen = new ModelOptions(
                            options.model, options.keyVariable, Optional.empty(), Optional.empty())
                    .chosen(house)
                    .getFirst();
            Engine engine = house.open(chosen.candidate(), chosen.options());
            try {
                return new Opened(
                        engine,
                        new EngineEmbedder(
                                engine,
                                name(chosen.candidate()),
                                new EngineEmbedder.Prefixes(options.passagePrefix, options.questionPrefix)));
            } catch (RuntimeException e) {
                engine.close();
                throw e;
            }
        }

        /** A file is what it holds, whatever it is called. */
        private static String name(Candidate candidate) {
            return switch (candidate) {
                case Candidate.GgufFile file -> file.id() + "@" + file.digest().abbreviated();
                case Candidate.RemoteModel remote -> remote.name();
            };
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    @Command(
            name = "ingest",
            description = {
                "Bring a store up to date with a folder of .md, .html, .pdf, .docx, .xlsx, .pptx and .txt files.",
                "Only what is new or has changed is read; what is gone is removed. Stopped at any moment, the same"
                        + " command goes on from there. What cannot be read is named, with what to do."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa corpus ingest handbook/",
                "  stoa corpus ingest handbook/ --store hybrid --embed nomic.gguf \\",
                "      --passage-prefix 'search_document: ' --question-prefix 'search_query: '",
                "  stoa corpus ingest akten/ --store akten --language german --strict --json"
            })
    static final class IngestCommand implements Callable<Integer> {
        private final House house;

        @Parameters(index = "0", paramLabel = "FOLDER", description = "Where the documents lie.")
        private Path folder = Path.of("");

        @Option(names = "--store", paramLabel = "FOLDER", defaultValue = STORE, description = "Default: " + STORE)
        private Path store = Path.of(STORE);

        @ArgGroup(exclusive = false)
        private Optional<EmbeddingOptions> embedding = Optional.empty();

        @Option(
                names = "--language",
                defaultValue = "english",
                description = "What the words are stemmed by: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
        private Analysis.Language language = Analysis.Language.ENGLISH;

        @Option(
                names = "--tokens",
                defaultValue = "256",
                description = "The most tokens of a passage, four characters each. Default: ${DEFAULT-VALUE}")
        private int tokens = 256;

        @Option(
                names = "--overlap",
                defaultValue = "32",
                description = "Tokens repeated from the passage before. Default: ${DEFAULT-VALUE}")
        private int overlap = 32;

        @Option(
                names = "--patience",
                defaultValue = "60s",
                paramLabel = "TIME",
                description = "How long reading one document may take. Default: ${DEFAULT-VALUE}")
        private String patience = "60s";

        @Option(names = "--strict", description = "Exit code 2 when a document could not be read.")
        private boolean strict;

        @Option(names = "--json", description = "Print the report as JSON.")
        private boolean json;

        IngestCommand(House house) {
            this.house = house;
        }

        @Override
        public Integer call() {
            Splitter splitter = Arguments.checked(() -> new Splitter(tokens, overlap, TokenCount.ROUGH));
            Limits usual = Limits.USUAL;
            Limits limits = Arguments.checked(() -> new Limits(
                    usual.file(),
                    usual.text(),
                    usual.pages(),
                    usual.passages(),
                    Arguments.duration("--patience", patience),
                    usual.memory()));
            Optional<Opened> model = embedding.map(options -> Opened.of(house, options));
            try {
                return ingest(model.map(Opened::embedder), splitter, limits);
            } finally {
                model.ifPresent(Opened::close);
            }
        }

        private int ingest(Optional<Embedder> embedder, Splitter splitter, Limits limits) {
            boolean stems = language != Analysis.Language.ANY;
            StoreSettings settings = Arguments.checked(() -> new StoreSettings(
                    new Analysis(language, stems, stems),
                    embedder.map(Embedder::dimension).orElse(0),
                    embedder.map(Embedder::name).orElse("")));
            ProgressLine line = new ProgressLine(house.err(), house.terminal());
            try (LuceneStore opened = LuceneStore.toWrite(store, settings);
                    Ingestion ingestion = Ingestion.apart(
                            opened, embedder, splitter, limits, System.getProperty("java.class.path"))) {
                Ingestion.Report report = ingestion.run(folder, line.start("reading " + folder));
                line.clear();
                tell(report, opened);
                return (strict && !report.refused().isEmpty() ? ExitCode.USER : ExitCode.OK).code();
            } finally {
                line.clear();
            }
        }

        private void tell(Ingestion.Report report, LuceneStore opened) {
            for (Ingestion.Refusal refusal : report.refused()) {
                house.err().println(plain(refusal.document()) + ": " + plain(refusal.reason()));
            }
            if (json) {
                ObjectNode node = JsonMapper.shared().createObjectNode();
                node.put("read", report.read())
                        .put("unchanged", report.unchanged())
                        .put("removed", report.removed())
                        .put("passages", report.passages())
                        .put("otherFiles", report.passed())
                        .put("seconds", report.took().toMillis() / 1000.0);
                ArrayNode refused = node.putArray("refused");
                report.refused()
                        .forEach(refusal -> refused.addObject()
                                .put("document", refusal.document())
                                .put("reason", refusal.reason()));
                house.out().println(node);
                return;
            }
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%d read, %d unchanged, %d removed, %d refused; %s holds %d passages of %d documents%n",
                            report.read(),
                            report.unchanged(),
                            report.removed(),
                            report.refused().size(),
                            store,
                            opened.size(),
                            opened.documents().size());
        }
    }

    @Command(
            name = "search",
            description = "Print the best passages for a question.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa corpus search 'How long may a book be kept?'",
                "  stoa corpus search 'late returns' --store hybrid --embed all-minilm.gguf --most 3",
                "  stoa corpus search vacation --filter folder=policies --filter format=pdf --json"
            })
    static final class SearchCommand implements Runnable {
        private static final int SHOWN = 300;

        private final House house;

        @Parameters(index = "0", paramLabel = "QUESTION")
        private String question = "";

        @Option(names = "--store", paramLabel = "FOLDER", defaultValue = STORE, description = "Default: " + STORE)
        private Path store = Path.of(STORE);

        @ArgGroup(exclusive = false)
        private Optional<EmbeddingOptions> embedding = Optional.empty();

        @Option(names = "--most", defaultValue = "5", description = "How many. Default: ${DEFAULT-VALUE}")
        private int most = 5;

        @Option(
                names = "--filter",
                paramLabel = "KEY=VALUE",
                description = "Only passages with this: title, heading, folder, format, page.")
        private Map<String, String> filter = Map.of();

        @Option(names = "--json", description = "Print whole passages as JSON, one a line.")
        private boolean json;

        SearchCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (LuceneStore opened = LuceneStore.toRead(store)) {
                Optional<Opened> model = embedding.map(options -> Opened.of(house, options));
                try {
                    List<Hit> hits =
                            Arguments.checked(() -> retriever(opened, model).find(question, most, filter));
                    hits.forEach(this::tell);
                    if (hits.isEmpty()) {
                        house.err().println("nothing found");
                    }
                } finally {
                    model.ifPresent(Opened::close);
                }
            }
        }

        private Retriever retriever(LuceneStore opened, Optional<Opened> model) {
            if (model.isEmpty()) {
                return new Retriever(opened);
            }
            Embedder embedder = model.get().embedder();
            Retriever retriever = new Retriever(opened, embedder);
            if (!opened.settings().embedder().equals(embedder.name())) {
                throw StoaException.user(store + ": its vectors are by "
                        + opened.settings().embedder() + ", not by " + embedder.name()
                        + "; name the same model with the same prefixes, or make another store");
            }
            return retriever;
        }

        private void tell(Hit hit) {
            Passage passage = hit.passage();
            if (json) {
                ObjectNode node = JsonMapper.shared().createObjectNode();
                node.put("id", passage.id())
                        .put("document", passage.document())
                        .put("place", passage.place())
                        .put("score", hit.score())
                        .put("text", passage.text());
                ObjectNode metadata = node.putObject("metadata");
                passage.metadata().forEach(metadata::put);
                house.out().println(node);
                return;
            }
            String text = plain(passage.text().replaceAll("\\s+", " "));
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%.4f  %s%s%n        %s%n",
                            hit.score(),
                            plain(passage.document()),
                            passage.place().isEmpty() ? "" : " (" + plain(passage.place()) + ")",
                            text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
        }
    }

    @Command(
            name = "status",
            description = "Say what a store holds and what it was made with.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Examples:", "  stoa corpus status", "  stoa corpus status --store hybrid --json"})
    static final class StatusCommand implements Runnable {
        private final House house;

        @Option(names = "--store", paramLabel = "FOLDER", defaultValue = STORE, description = "Default: " + STORE)
        private Path store = Path.of(STORE);

        @Option(names = "--json", description = "Print everything as JSON, with each document and its digest.")
        private boolean json;

        StatusCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (LuceneStore opened = LuceneStore.toRead(store)) {
                StoreSettings settings = opened.settings();
                Map<String, String> documents = opened.documents();
                if (json) {
                    ObjectNode node = JsonMapper.shared().createObjectNode();
                    node.put("passages", opened.size())
                            .put("words", settings.analysis().toString())
                            .put("dimension", settings.dimension())
                            .put("embedder", settings.embedder())
                            .put("contents", opened.contents().toString());
                    ObjectNode all = node.putObject("documents");
                    documents.forEach(all::put);
                    house.out().println(node);
                    return;
                }
                house.out()
                        .printf(
                                Locale.ROOT,
                                "%d passages of %d documents%nwords    %s%nvectors  %s%n",
                                opened.size(),
                                documents.size(),
                                settings.analysis(),
                                settings.dimension() == 0
                                        ? "none"
                                        : settings.dimension() + " numbers by " + settings.embedder());
            }
        }
    }

    @Command(
            name = "remove",
            description = {
                "Remove documents from a store. Their files stay, and come back with the next ingestion of their"
                        + " folder."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa corpus remove drafts/plan.docx",
                "  stoa corpus remove a.md b.md --store hybrid"
            })
    static final class RemoveCommand implements Runnable {
        private final House house;

        @Parameters(arity = "1..*", paramLabel = "DOCUMENT", description = "As stoa corpus status --json names it.")
        private List<String> documents = List.of();

        @Option(names = "--store", paramLabel = "FOLDER", defaultValue = STORE, description = "Default: " + STORE)
        private Path store = Path.of(STORE);

        RemoveCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            StoreSettings settings;
            try (LuceneStore opened = LuceneStore.toRead(store)) {
                settings = opened.settings();
            }
            try (LuceneStore opened = LuceneStore.toWrite(store, settings)) {
                Map<String, String> known = opened.documents();
                for (String document : documents) {
                    if (!known.containsKey(document)) {
                        throw StoaException.user(
                                document + ": not in " + store + "; stoa corpus status --json lists what is");
                    }
                }
                documents.forEach(opened::remove);
                opened.flush();
                house.out().println(documents.size() + " removed");
            }
        }
    }

    /** Without what could move a terminal's cursor. */
    private static String plain(String text) {
        return text.codePoints()
                .filter(point -> !Character.isISOControl(point))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
