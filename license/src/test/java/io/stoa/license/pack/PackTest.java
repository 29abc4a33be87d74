package io.stoa.license.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.MadeUpLicenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.license.pack.PackReport.Break;
import io.stoa.license.pack.PackReport.Kind;
import io.stoa.license.pack.PackReport.Verdict;
import io.stoa.license.text.LicenseTexts;
import io.stoa.license.use.Fact;
import io.stoa.license.use.Part;
import io.stoa.model.Digest;
import io.stoa.model.IntendedUse;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pack is made, broken in every part, and each break is found and named. */
class PackTest {
    private static final long SEED = Long.getLong("stoa.seed", 20261126);
    private static final Licenses MADE_UP = MadeUpLicenses.knowledge();
    private static final Licenses REAL = new Licenses();
    private static final String SHA = "sha256:" + "ab".repeat(32);

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path pack;

    /** A pack's ingredients. */
    private record Case(String name, Licenses licenses, PackRequest request) {}

    // what is asked for

    private static IntendedUse use(String... facts) {
        Map<Fact, String> values = new HashMap<>(Map.of(
                Fact.DISTRIBUTION, "weights",
                Fact.COMMERCIAL, "true",
                Fact.MODIFICATION, "quantized",
                Fact.OUTPUTS_TRAIN_MODELS, "false",
                Fact.MONTHLY_ACTIVE_USERS, "1000",
                Fact.DOMAINS, "[]",
                Fact.GUARDRAILS_WEAKENED, "false",
                Fact.TERRITORIES, "[US, DE]"));
        for (String fact : facts) {
            int equals = fact.indexOf('=');
            values.put(Fact.of(fact.substring(0, equals)).orElseThrow(), fact.substring(equals + 1));
        }
        return Fact.facts(IntendedUse.of("a pack for a test").build(), values);
    }

    private static Part part(String name, Role role, String... licenses) {
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < licenses.length; i++) {
            steps.add(new Step(Step.Relation.BASE, "base-" + i, List.of(claim(licenses[i]))));
        }
        steps.add(new Step(Step.Relation.MODEL, name, List.of(claim(licenses[0]))));
        return new Part(name, role, new Lineage(steps, Optional.empty(), Optional.of(false)), Map.of());
    }

    private static Claim claim(String license) {
        return new Claim(Claim.Kind.DECLARED, "README.md", "license", license, Optional.of(license), Optional.empty());
    }

    private static UserFile file(String name, String text) {
        return UserFile.of(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static PackRequest request(
            List<Part> stack, IntendedUse use, List<UserFile> papers, Map<String, String> names) {
        Map<String, String> identities = new HashMap<>();
        stack.forEach(part -> identities.put(part.name(), Digest.of(part.name()).toString()));
        return new PackRequest(stack, identities, use, papers, List.of(), Optional.empty(), names, false);
    }

    private static PackRequest partial(PackRequest request) {
        return new PackRequest(
                request.stack(),
                request.identities(),
                request.use(),
                request.papers(),
                request.notices(),
                request.changes(),
                request.names(),
                true);
    }

    private static List<UserFile> madeUpPapers() {
        return List.of(
                file("papers/heron/rules-policy.md", MadeUpLicenses.heronPolicy()),
                file("papers/heron/TERMS", MadeUpLicenses.heronText()),
                file("papers/robin/LICENCE", MadeUpLicenses.robinText("1.0")),
                file("papers/robin/ROOST.md", MadeUpLicenses.robinPolicy("1.0")),
                file("papers/robin-1.1/LICENCE", MadeUpLicenses.robinText("1.1")),
                file("papers/robin-1.1/ROOST.md", MadeUpLicenses.robinPolicy("1.1")),
                file("papers/wren/LEAF", MadeUpLicenses.wrenText()));
    }

    private static List<Case> madeUpCases() {
        Part robin = part("robin", Role.GENERATOR, MadeUpLicenses.ROBIN);
        Part heron = part("heron", Role.EMBEDDER, MadeUpLicenses.HERON);
        Part wren = part("wren", Role.RERANKER, MadeUpLicenses.WREN);
        Map<String, String> named = Map.of("robin", "Robin-small-Q4");
        PackRequest stack = request(List.of(robin, heron, wren), use(), madeUpPapers(), named);
        PackRequest tuned = new PackRequest(
                List.of(part("wren", Role.GENERATOR, MadeUpLicenses.WREN, MadeUpLicenses.HERON)),
                Map.of("wren", SHA),
                use("modification=fine-tuned"),
                madeUpPapers(),
                List.of(file("upstream/NOTICE", "Wren was first seen by two walkers.\n")),
                Optional.of(file("CHANGES.md", "Trained on songs by the aviary in spring.\n")),
                Map.of(),
                false);
        return List.of(
                new Case("robin", MADE_UP, request(List.of(robin), use(), madeUpPapers(), named)),
                new Case("heron", MADE_UP, request(List.of(heron), use(), madeUpPapers(), Map.of())),
                new Case("wren", MADE_UP, request(List.of(wren), use(), madeUpPapers(), Map.of())),
                new Case("tuned", MADE_UP, tuned),
                new Case("stack", MADE_UP, stack));
    }

    private static List<Case> realCases() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        List<UserFile> papers = new ArrayList<>();
        for (String version : List.of("llama2", "llama3", "llama3_1", "llama3_2", "llama3_3", "llama4")) {
            papers.add(file(version + "/LICENSE", texts.read("llama/" + version + "/LICENSE")));
            papers.add(file(version + "/USE_POLICY.md", texts.read("llama/" + version + "/USE_POLICY.md")));
        }
        Map<String, String> keys = Map.of("apache", "apache-2.0", "mit", "mit", "openrail", "bigscience-open-rail-m");
        Map<String, LicenseTexts.Entry> collection = texts.collection();
        keys.forEach((name, key) -> papers.add(file(
                name + "/LICENSE",
                Optional.ofNullable(collection.get(key)).orElseThrow().text())));
        Part llama = part("llama", Role.GENERATOR, id("llama3.1"));
        Part apache = part("apache", Role.EMBEDDER, id("apache-2.0"));
        Part mit = part("mit", Role.JUDGE, id("mit"));
        Part openrail = part("rail", Role.GENERATOR, id("openrail-m"));
        Map<String, String> named = Map.of("llama", "Llama-3.1-8B-acme");
        return List.of(
                new Case("llama", REAL, request(List.of(llama), use(), papers, named)),
                new Case(
                        "llama3.3",
                        REAL,
                        request(List.of(part("llama", Role.GENERATOR, id("llama3.3"))), use(), papers, named)),
                new Case("apache", REAL, request(List.of(apache), use(), papers, Map.of())),
                new Case("openrail", REAL, request(List.of(openrail), use(), papers, Map.of())),
                new Case("stack", REAL, request(List.of(llama, apache, mit), use(), papers, named)));
    }

    private static String id(String alias) {
        return REAL.get(alias).id();
    }

    // making and breaking

    private static Pack made(Case of) {
        Packing packing = new PackMaker(of.licenses).make(of.request);
        assertThat(packing).as("%s: %s", of.name, packing).isInstanceOf(Packing.Made.class);
        return ((Packing.Made) packing).pack();
    }

    private Pack write(Case of) throws IOException {
        pack = Files.createTempDirectory(folder, of.name).resolve("pack");
        Pack made = made(of);
        new PackFolder(pack).write(made);
        return made;
    }

    private PackReport verify(Licenses licenses) {
        return new PackVerifier(licenses).verify(pack, new TreeMap<>());
    }

    private void restore(Pack made) throws IOException {
        try (Stream<Path> files = Files.walk(pack)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        new PackFolder(pack).write(made);
    }

    /** A break of the pack that somebody then seals again, so that no hash tells. */
    private void resealed(UnaryOperator<Manifest> change) throws Exception {
        Manifest manifest = change.apply(ManifestJson.read(Files.readAllBytes(pack.resolve(Manifest.NAME))));
        SortedMap<String, Manifest.Entry> entries = new TreeMap<>();
        try (Stream<Path> files = Files.walk(pack)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = pack.relativize(file).toString();
                if (!path.equals(Manifest.NAME)) {
                    byte[] bytes = Files.readAllBytes(file);
                    entries.put(path, new Manifest.Entry(bytes.length, Digest.of(bytes)));
                }
            }
        }
        Files.write(pack.resolve(Manifest.NAME), ManifestJson.write(manifest.with(entries)));
    }

    private void assertBroken(String what, Licenses licenses, String part) {
        PackReport report = verify(licenses);
        assertThat(report.verdict()).as(what).isEqualTo(Verdict.BROKEN);
        assertThat(report.breaks())
                .as("%s: %s", what, report.breaks())
                .anySatisfy(broken ->
                        assertThat(broken.part() + " " + broken.what()).contains(part));
    }

    private void assertBroken(String what, Licenses licenses, Kind kind) {
        PackReport report = verify(licenses);
        assertThat(report.breaks())
                .as("%s: %s", what, report.breaks())
                .extracting(Break::kind)
                .contains(kind);
    }

    @Test
    void everyFamilyIsPackedAndTheUnbrokenPackPasses() throws Exception {
        for (Case of : madeUpCases()) {
            Pack made = write(of);
            PackReport report = verify(of.licenses);
            assertThat(report.breaks()).as(of.name).isEmpty();
            assertThat(report.verdict()).isEqualTo(Verdict.WHOLE);
            assertThat(made.paths()).contains("README", "MANIFEST.json");
        }
    }

    @Test
    void everyDamageToEveryFileIsFoundAndNamed() throws Exception {
        damage(madeUpCases());
    }

    @Test
    void realTextsArePackedAndEveryDamageIsFound() throws Exception {
        List<Case> cases = realCases();
        for (Case of : cases) {
            write(of);
            assertThat(verify(of.licenses).breaks()).as(of.name).isEmpty();
        }
        damage(cases.subList(0, 3));
    }

    private void damage(List<Case> cases) throws Exception {
        Random random = new Random(SEED);
        System.out.println("seed " + SEED);
        int damages = 0;
        for (Case of : cases) {
            Pack made = write(of);
            for (String path : made.paths()) {
                Path file = pack.resolve(path);
                byte[] whole = made.files().getOrDefault(path, new byte[0]);
                Files.delete(file);
                assertBroken(of.name + ": deleted " + path, of.licenses, path);
                Files.write(file, new byte[0]);
                assertBroken(of.name + ": emptied " + path, of.licenses, path);
                for (int cut : List.of(1, 1 + random.nextInt(whole.length - 1), whole.length - 1)) {
                    Files.write(file, Arrays.copyOf(whole, cut));
                    assertBroken(of.name + ": cut " + path + " to " + cut, of.licenses, path);
                }
                for (int i = 0; i < 2; i++) {
                    byte[] altered = whole.clone();
                    altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(7));
                    Files.write(file, altered);
                    assertBroken(of.name + ": altered a byte of " + path + ", seed " + SEED, of.licenses, path);
                }
                Files.write(file, Arrays.copyOf(whole, whole.length + 1));
                assertBroken(of.name + ": lengthened " + path, of.licenses, path);
                Files.delete(file);
                Files.write(pack.resolve("renamed"), whole);
                assertBroken(of.name + ": renamed " + path, of.licenses, path);
                Files.delete(pack.resolve("renamed"));
                Path target = Files.write(folder.resolve("target"), whole);
                Files.createSymbolicLink(file, target);
                assertBroken(of.name + ": linked " + path, of.licenses, path);
                Files.delete(file);
                Files.write(file, whole);
                damages += 13;
            }
            assertThat(verify(of.licenses).verdict()).as(of.name).isEqualTo(Verdict.WHOLE);
        }
        System.out.println(damages + " damages, each found");
    }

    @Test
    void aManifestThatFitsABrokenPartDoesNotHideIt() throws Exception {
        Case of = madeUpCases().getLast();
        Pack made = write(of);
        String robin = "LICENSES/" + MadeUpLicenses.ROBIN;

        Files.writeString(pack.resolve(robin + ".txt"), MadeUpLicenses.robinText("1.1"));
        resealed(UnaryOperator.identity());
        assertBroken("wrong version", MADE_UP, Kind.WRONG_TEXT);
        restore(made);
        Files.writeString(pack.resolve(robin + ".use-policy.txt"), MadeUpLicenses.robinPolicy("1.1"));
        resealed(UnaryOperator.identity());
        assertBroken("wrong version of the policy", MADE_UP, Kind.WRONG_TEXT);
        restore(made);
        replaced("NOTICE", "Robin 1.0 is lent by the nest, © The Nest.", "Robin 1.0 is lent by the nest.");
        assertBroken("changed sentence", MADE_UP, Kind.NOTICE_SENTENCE);
        restore(made);
        replaced("ATTRIBUTION", "Hatched from Robin", "hatched from Robin");
        assertBroken("changed words", MADE_UP, Kind.DISPLAY);
        restore(made);
        replaced("MODEL-NAME", "begins with \"Robin\"", "begins with \"Bird\"");
        assertBroken("changed rule", MADE_UP, Kind.NAME);
        restore(made);
        replaced("TERMS", "frog hunts are barred", "frog hunts are fine");
        assertBroken("changed terms", MADE_UP, Kind.TERMS);
        restore(made);
        replaced("CHANGES", "They are not the originals.", "They are the originals.");
        assertBroken("changed changes", MADE_UP, Kind.PAGE);
        restore(made);
        replaced("README", "not legal advice", "legal advice");
        assertBroken("changed README", MADE_UP, Kind.PAGE);
        for (String part :
                List.of("NOTICE", "ATTRIBUTION", "MODEL-NAME", "CHANGES", "TERMS", "README", robin + ".txt")) {
            restore(made);
            Files.delete(pack.resolve(part));
            resealed(UnaryOperator.identity());
            assertBroken("without " + part, MADE_UP, part);
        }
    }

    private void replaced(String path, String what, String with) throws Exception {
        String text = Files.readString(pack.resolve(path));
        assertThat(text).contains(what);
        Files.writeString(pack.resolve(path), text.replace(what, with));
        resealed(UnaryOperator.identity());
    }

    @Test
    void aChangedManifestIsFoundThoughItIsSealed() throws Exception {
        Case of = madeUpCases().getLast();
        Pack made = write(of);
        List<Map.Entry<Kind, UnaryOperator<Manifest>>> changes = List.of(
                Map.entry(
                        Kind.DUTY,
                        manifest -> with(
                                manifest,
                                manifest.models(),
                                manifest.duties().subList(1, manifest.duties().size()),
                                manifest.papers(),
                                manifest.names(),
                                manifest.facts())),
                Map.entry(
                        Kind.MANIFEST,
                        manifest -> with(
                                manifest,
                                manifest.models(),
                                manifest.duties(),
                                manifest.papers().subList(1, manifest.papers().size()),
                                manifest.names(),
                                manifest.facts())),
                Map.entry(
                        Kind.DUTY,
                        manifest -> with(
                                manifest,
                                manifest.models().subList(1, 3),
                                manifest.duties(),
                                manifest.papers(),
                                manifest.names(),
                                manifest.facts())),
                Map.entry(
                        Kind.PAGE,
                        manifest -> with(
                                manifest,
                                swapped(manifest.models()),
                                manifest.duties(),
                                manifest.papers(),
                                manifest.names(),
                                manifest.facts())),
                Map.entry(
                        Kind.NAME,
                        manifest -> with(
                                manifest,
                                manifest.models(),
                                manifest.duties(),
                                manifest.papers(),
                                new TreeMap<>(Map.of("robin", "robin-small")),
                                manifest.facts())),
                Map.entry(
                        Kind.DUTY,
                        manifest -> with(
                                manifest,
                                manifest.models(),
                                manifest.duties(),
                                manifest.papers(),
                                manifest.names(),
                                Map.of(Fact.DISTRIBUTION, "internal"))),
                Map.entry(
                        Kind.FORBIDDEN,
                        manifest -> with(
                                manifest,
                                manifest.models(),
                                manifest.duties(),
                                manifest.papers(),
                                manifest.names(),
                                militarized(manifest.facts()))),
                Map.entry(
                        Kind.MANIFEST,
                        manifest -> with(
                                manifest,
                                List.of(),
                                manifest.duties(),
                                manifest.papers(),
                                manifest.names(),
                                manifest.facts())));
        for (Map.Entry<Kind, UnaryOperator<Manifest>> change : changes) {
            restore(made);
            resealed(change.getValue());
            assertBroken("change " + changes.indexOf(change), MADE_UP, change.getKey());
        }
    }

    private static Manifest with(
            Manifest manifest,
            List<PackedModel> models,
            List<Manifest.Duty> duties,
            List<Manifest.Copied> papers,
            SortedMap<String, String> names,
            Map<Fact, String> facts) {
        return new Manifest(
                manifest.knowledge(),
                manifest.partial(),
                manifest.outcome(),
                manifest.purpose(),
                facts,
                models,
                names,
                duties,
                papers,
                manifest.notices(),
                manifest.changes(),
                manifest.missing(),
                manifest.files());
    }

    /** The first two models with each other's files. */
    private static List<PackedModel> swapped(List<PackedModel> models) {
        List<PackedModel> swapped = new ArrayList<>(models);
        swapped.set(0, identified(models.get(0), models.get(1).identity()));
        swapped.set(1, identified(models.get(1), models.get(0).identity()));
        return swapped;
    }

    private static PackedModel identified(PackedModel model, Optional<String> identity) {
        return new PackedModel(model.name(), model.role(), identity, model.steps(), model.multimodal(), model.facts());
    }

    private static Map<Fact, String> militarized(Map<Fact, String> facts) {
        Map<Fact, String> changed = new HashMap<>(facts);
        changed.put(Fact.DOMAINS, "[military]");
        return changed;
    }

    @Test
    void hostileFoldersAreRefusedPartByPart() throws Exception {
        Case of = madeUpCases().getFirst();
        Pack made = write(of);
        String manifest = Files.readString(pack.resolve(Manifest.NAME));
        Map<String, Kind> texts = Map.of(
                "",
                Kind.EMPTY,
                "{",
                Kind.MANIFEST,
                "[".repeat(100_000),
                Kind.MANIFEST,
                "null",
                Kind.MANIFEST,
                "{\"schema\": \"stoa-license-pack/1\", \"schema\": \"\"}",
                Kind.MANIFEST,
                manifest.replace("stoa-license-pack/1", "stoa-license-pack/9"),
                Kind.MANIFEST,
                manifest + "{}",
                Kind.MANIFEST,
                manifest.replace("\"path\" : \"NOTICE\"", "\"path\" : \"../../NOTICE\""),
                Kind.UNSAFE_PATH,
                manifest.replace("\"path\" : \"NOTICE\"", "\"path\" : \"/etc/passwd\""),
                Kind.UNSAFE_PATH,
                manifest.replace("  ", "   "),
                Kind.MANIFEST);
        for (Map.Entry<String, Kind> text : texts.entrySet()) {
            Files.writeString(pack.resolve(Manifest.NAME), text.getKey());
            assertBroken(text.getKey().substring(0, Math.min(60, text.getKey().length())), MADE_UP, text.getValue());
        }
        restore(made);
        Files.writeString(pack.resolve("extra"), "more");
        assertBroken("extra", MADE_UP, Kind.ADDITIONAL);
        Files.delete(pack.resolve("extra"));
        Files.createDirectories(pack.resolve("LICENSES/deep"));
        assertBroken("folder", MADE_UP, Kind.ADDITIONAL);
        Files.delete(pack.resolve("LICENSES/deep"));
        try (var big = new RandomAccessFile(pack.resolve("NOTICE").toFile(), "rw")) {
            big.setLength(1L << 33);
        }
        assertBroken("8 GiB", MADE_UP, Kind.TOO_LARGE);
        restore(made);
        for (int i = 0; i < 1_100; i++) {
            Files.createFile(pack.resolve("many-" + i));
        }
        assertBroken("many", MADE_UP, Kind.ADDITIONAL);
        assertThatThrownBy(() -> new PackVerifier(MADE_UP).verify(folder.resolve("none"), new TreeMap<>()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("not a folder");
    }

    @Test
    void theSameRequestGivesTheSameBytes() {
        for (Case of : madeUpCases()) {
            Pack one = made(of);
            Pack other = made(of);
            assertThat(one.paths()).isEqualTo(other.paths());
            one.files()
                    .forEach((path, bytes) ->
                            assertThat(bytes).as(path).isEqualTo(other.files().get(path)));
        }
        assertThat(text(made(madeUpCases().getFirst()), "MANIFEST.json")).contains("\"territories\" : \"[DE, US]\"");
    }

    @Test
    void thePagesSayWhatTheLicencesAsk() {
        Pack stack = made(madeUpCases().getLast());
        assertThat(text(stack, "NOTICE")).isEqualTo("Robin 1.0 is lent by the nest, © The Nest.\n");
        assertThat(text(stack, "ATTRIBUTION")).contains("\"Hatched from Robin\"", "website, about page", "section 3");
        assertThat(text(stack, "MODEL-NAME")).contains("robin: \"Robin-small-Q4\"");
        assertThat(text(stack, "CHANGES"))
                .contains("heron\n  quantized", "wren\n  quantized")
                .doesNotContain("robin\n");
        assertThat(text(stack, "TERMS"))
                .contains("section 2", "frog hunts are barred: military", "stands in LICENSES/");
        assertThat(text(stack, "README")).contains("not legal advice", "Stoa cannot recognise it", "sha256:");
        Pack tuned = made(madeUpCases().get(3));
        assertThat(text(tuned, "NOTICE")).contains("two walkers");
        assertThat(text(tuned, "CHANGES")).contains("made from base-1", "fine-tuned", "by the aviary in spring");
    }

    private static String text(Pack pack, String path) {
        return new String(pack.files().getOrDefault(path, new byte[0]), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsMissingIsAskedForAndNeverMadeUp() throws Exception {
        PackRequest whole = madeUpCases().getFirst().request;
        PackRequest without = request(
                whole.stack(),
                whole.use(),
                List.of(file("robin-1.1/LICENCE", MadeUpLicenses.robinText("1.1"))),
                whole.names());
        Packing packing = new PackMaker(MADE_UP).make(without);
        assertThat(packing).isInstanceOf(Packing.Incomplete.class);
        List<String> missing = ((Packing.Incomplete) packing).missing();
        assertThat(missing).hasSize(2);
        assertThat(missing.getFirst()).contains("https://robin-1.0.example/licence", "robin-1.1/LICENCE has");
        assertThat(missing.getLast()).contains("https://nest.example/roost", "--policy robin-1.0=FILE");

        write(new Case("partial", MADE_UP, partial(without)));
        PackReport report = verify(MADE_UP);
        assertThat(report.breaks()).isEmpty();
        assertThat(report.verdict()).isEqualTo(Verdict.PARTIAL);
        assertThat(report.open()).isEqualTo(missing);
        assertThat(Files.readString(pack.resolve("README"))).contains("PARTIAL", "nest.example");
        resealed(manifest -> new Manifest(
                manifest.knowledge(),
                false,
                manifest.outcome(),
                manifest.purpose(),
                manifest.facts(),
                manifest.models(),
                manifest.names(),
                manifest.duties(),
                manifest.papers(),
                manifest.notices(),
                manifest.changes(),
                List.of(),
                manifest.files()));
        assertBroken("no longer said to be partial", MADE_UP, Kind.MISSING);
    }

    @Test
    void aStatementOfChangesIsAskedOfAPerson() {
        PackRequest tuned = madeUpCases().get(3).request;
        PackRequest silent = request(tuned.stack(), tuned.use(), tuned.papers(), Map.of());
        assertThat(((Packing.Incomplete) new PackMaker(MADE_UP).make(silent)).missing())
                .singleElement()
                .asString()
                .contains("--changes FILE");
    }

    @Test
    void aForbiddenUseIsNotPackedAndAnUnknownOneOnlyInPart() throws Exception {
        PackRequest robin = madeUpCases().getFirst().request;
        PackRequest forbidden = request(robin.stack(), use("domains=[military]"), robin.papers(), robin.names());
        assertThat(new PackMaker(MADE_UP).make(forbidden)).isInstanceOf(Packing.Forbidden.class);
        assertThat(new PackMaker(MADE_UP).make(partial(forbidden))).isInstanceOf(Packing.Forbidden.class);
        PackRequest unknown = request(robin.stack(), Fact.DOMAINS.without(robin.use()), robin.papers(), robin.names());
        assertThat(new PackMaker(MADE_UP).make(unknown)).isInstanceOf(Packing.Unknown.class);
        write(new Case("unknown", MADE_UP, partial(unknown)));
        assertThat(verify(MADE_UP).breaks()).isEmpty();
        assertThat(verify(MADE_UP).verdict()).isEqualTo(Verdict.PARTIAL);
    }

    @Test
    void aWrongNameIsRefused() {
        PackRequest robin = madeUpCases().getFirst().request;
        PackRequest wrong = request(robin.stack(), robin.use(), robin.papers(), Map.of("robin", "My-Robin"));
        assertThatThrownBy(() -> new PackMaker(MADE_UP).make(wrong))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("does not begin with \"Robin\"");
    }

    @Test
    void aForeignFolderIsLeftAlone() throws Exception {
        Case of = madeUpCases().getFirst();
        Path foreign = Files.createDirectories(folder.resolve("foreign"));
        Files.writeString(foreign.resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> new PackFolder(foreign).write(made(of)))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("thesis.txt");
        assertThat(foreign).isDirectoryContaining("glob:**thesis.txt");
        write(of);
        new PackFolder(pack).write(made(madeUpCases().get(2)));
        assertThat(pack.resolve("ATTRIBUTION")).doesNotExist();
        Files.writeString(pack.resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> new PackFolder(pack).write(made(of))).hasMessageContaining("thesis.txt");
        try (Stream<Path> beside = Files.list(pack.getParent())) {
            assertThat(beside).containsExactly(pack);
        }
    }

    /** The disk fails twice: while the new pack is moved to its place, and while the older one is moved back. */
    @Test
    void anOlderPackIsNeverLost() throws Exception {
        Case of = madeUpCases().getFirst();
        write(of);
        byte[] older = Files.readAllBytes(pack.resolve(Manifest.NAME));
        for (int working : new int[] {0, 1}) {
            AtomicInteger left = new AtomicInteger(working);
            PackFolder failing = new PackFolder(pack, (from, to) -> {
                if (left.getAndDecrement() <= 0) {
                    throw new IOException("the disk is full");
                }
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            });
            assertThatThrownBy(() -> failing.write(made(madeUpCases().get(2))))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining(working == 0 ? "cannot be written" : "is kept in");
            try (Stream<Path> all = Files.walk(pack.getParent())) {
                assertThat(all.filter(path -> path.endsWith(Manifest.NAME)))
                        .singleElement()
                        .satisfies(kept -> assertThat(kept).hasBinaryContent(older));
            }
        }
    }

    @Test
    void aModelFileIsHeldAgainstThePack() throws Exception {
        Case of = madeUpCases().getFirst();
        write(of);
        SortedMap<String, Digest> right = new TreeMap<>(Map.of("robin.gguf", Digest.of("robin")));
        SortedMap<String, Digest> wrong = new TreeMap<>(Map.of("robin.gguf", Digest.of("magpie")));
        assertThat(new PackVerifier(MADE_UP).verify(pack, right).verdict()).isEqualTo(Verdict.WHOLE);
        assertThat(new PackVerifier(MADE_UP).verify(pack, wrong).breaks())
                .extracting(Break::kind)
                .containsExactly(Kind.MODEL);
    }

    @Test
    void otherKnowledgeIsSaidAndDutiesAreWorkedOutWithIt() throws Exception {
        write(madeUpCases().getFirst());
        resealed(manifest -> new Manifest(
                Digest.of("yesterday"),
                manifest.partial(),
                manifest.outcome(),
                manifest.purpose(),
                manifest.facts(),
                manifest.models(),
                manifest.names(),
                manifest.duties(),
                manifest.papers(),
                manifest.notices(),
                manifest.changes(),
                manifest.missing(),
                manifest.files()));
        PackReport report = verify(MADE_UP);
        assertThat(report.breaks()).isEmpty();
        assertThat(report.notes()).singleElement().asString().contains("another state");
    }

    @Test
    void everyKnownLicenceGivesAPackOrSaysWhatItLacks() throws Exception {
        int made = 0;
        for (var license : REAL.all()) {
            PackRequest request = request(
                    List.of(part("model", Role.GENERATOR, license.id())),
                    use("registered=true", "entity=company", "annual-revenue=1000", "production=true"),
                    List.of(),
                    Map.of());
            switch (new PackMaker(REAL).make(partial(request))) {
                case Packing.Made(Pack pack) -> {
                    write(new Case("known", REAL, partial(request)));
                    assertThat(verify(REAL).breaks()).as(license.id()).isEmpty();
                    assertThat(pack.partial())
                            .as(license.id())
                            .isEqualTo(!pack.missing().isEmpty());
                    made++;
                }
                case Packing.Forbidden forbidden ->
                    assertThat(forbidden.answer().deciding()).isNotEmpty();
                case Packing other -> throw new AssertionError(license.id() + ": " + other);
            }
        }
        System.out.println(
                made + " of " + REAL.all().size() + " known licences packed in part, the others forbid the use");
        assertThat(made).isGreaterThan(25);
    }
}
