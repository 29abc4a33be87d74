package io.stoa.cli;

import io.stoa.benchmark.contamination.Exchangeability;
import io.stoa.benchmark.contamination.Item;
import io.stoa.benchmark.contamination.Overlap;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "contamination",
        description = {
            "Look for signs that a benchmark was seen in training. A sign is no proof, and no sign is no acquittal.",
            "--text: how many items share 13 words in a row with a text. --model: does the model find the items likelier in"
                    + " their published order than shuffled (Oren and others, arXiv 2310.17623)?"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Words are lower-cased and lose their punctuation, as for GPT-3's report and lm-evaluation-harness. Texts may be"
                    + " of any size. The order test needs items in the order in which they were published, and holds only"
                    + " where that order is arbitrary, not sorted by subject or length.",
            "",
            "Examples:",
            "  stoa bench contamination --items test.jsonl --text corpus.txt more.txt",
            "  stoa bench contamination --items samples_arc.jsonl --field question --text dump.txt",
            "  stoa bench contamination --items test.jsonl --model model.gguf --shards 20 --shuffles 25 --json"
        })
final class BenchContaminationCommand implements Runnable {
    private static final int LISTED = 5;

    private final House house;

    @Option(
            names = "--items",
            required = true,
            paramLabel = "FILE",
            description = "The benchmark's items: JSONL, JSON, CSV or Parquet, or logged samples.")
    private Path items = Path.of("");

    @Option(
            names = "--field",
            paramLabel = "NAME",
            description = "The field that counts. Default: all texts of an item")
    private Optional<String> field = Optional.empty();

    @Option(names = "--text", arity = "1..*", paramLabel = "FILE", description = "UTF-8 texts to look in.")
    private List<Path> texts = List.of();

    @Option(names = "--words", defaultValue = "13", description = "Words of a run. Default: ${DEFAULT-VALUE}")
    private int words = Overlap.USUAL;

    @Option(names = "--model", paramLabel = "FILE", description = "The GGUF file to ask about the items' order.")
    private Optional<Path> model = Optional.empty();

    @Option(names = "--shards", defaultValue = "20", description = "Parts of the items. Default: ${DEFAULT-VALUE}")
    private int shards = 20;

    @Option(names = "--shuffles", defaultValue = "25", description = "Of each part. Default: ${DEFAULT-VALUE}")
    private int shuffles = 25;

    @Option(names = "--seed", defaultValue = "1", description = "Of the shuffles. Default: ${DEFAULT-VALUE}")
    private long seed = 1;

    @Option(names = "--context", defaultValue = "2048", description = "Context in tokens. Default: ${DEFAULT-VALUE}")
    private int context = 2048;

    @Option(names = "--json", description = "Print everything as JSON.")
    private boolean json;

    BenchContaminationCommand(House house) {
        this.house = house;
    }

    record Told(Optional<Overlap> overlap, Optional<Exchangeability> exchangeability) {}

    @Override
    public void run() {
        if (texts.isEmpty() && model.isEmpty()) {
            throw StoaException.user("name texts to look in with --text, or a model to ask with --model");
        }
        List<Item> read = Item.read(items, field);
        Optional<Overlap> overlap = texts.isEmpty()
                ? Optional.empty()
                : Optional.of(Arguments.checked(() -> Overlap.of(read, texts, words)));
        Optional<Exchangeability> order = model.map(file -> ask(file, read));
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(new Told(overlap, order)));
        } else {
            overlap.ifPresent(this::print);
            order.ifPresent(this::print);
        }
    }

    private Exchangeability ask(Path file, List<Item> read) {
        EngineOptions options = Arguments.checked(() -> new EngineOptions(context, House.threads()));
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (Engine engine = house.llama().open(file, options)) {
            return Exchangeability.of(engine, read, shards, shuffles, seed, line.start("shuffling"));
        } finally {
            line.clear();
        }
    }

    private void print(Overlap overlap) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "overlap: %,d of %,d items share %d words in a row with the texts (%,d words read)%n",
                        overlap.overlapping(),
                        overlap.items(),
                        overlap.n(),
                        overlap.words());
        if (overlap.tooShort() > 0) {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "  %,d more items have fewer than %d words, so nothing can be said of them%n",
                            overlap.tooShort(),
                            overlap.n());
        }
        overlap.worst().stream()
                .limit(LISTED)
                .forEach(hit -> house.out()
                        .printf(
                                Locale.ROOT,
                                "  %s: %d of %d runs, such as in %s: %s%n",
                                hit.place(),
                                hit.found(),
                                hit.runs(),
                                hit.text(),
                                hit.words()));
        house.out()
                .println(
                        "  A sign, no proof: phrases in common use occur unseen, and rewordings are not found. Score the"
                                + " items that overlap apart from the others.");
    }

    private void print(Exchangeability order) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "order: the published one is %+.3f nats likelier than shuffled ones on average, p %.4f%n"
                                + "  (%d shards of %d items, %d shuffles each, t %.2f, one-sided, seed %d)%n",
                        order.gain(),
                        order.p(),
                        order.shards(),
                        order.items() / order.shards(),
                        order.shuffles(),
                        order.t(),
                        order.seed());
        house.out()
                .println(
                        order.p() < 0.05
                                ? "  A sign, no proof: it holds only if the published order is arbitrary. Sort by subject or"
                                        + " length, and any model prefers it."
                                : "  No sign. That does not show that the items were not seen, in another order or seldom.");
    }
}
