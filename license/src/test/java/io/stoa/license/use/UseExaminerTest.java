package io.stoa.license.use;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.IntendedUse.Modification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class UseExaminerTest {
    private static final Licenses LICENSES = new Licenses();
    private static final UseExaminer EXAMINER = new UseExaminer(LICENSES);

    private static final IntendedUse INTERNAL = new IntendedUse(
            "internal help desk",
            Optional.of(false),
            Optional.of(Distribution.INTERNAL),
            OptionalLong.of(1000),
            OptionalLong.of(1000),
            Set.of("US"),
            Optional.of(Modification.NONE),
            Optional.of(false));

    @Test
    void permissiveLicencesAskNothingOfInternalUse() {
        assertThat(examine(declared("apache-2.0"), INTERNAL).outcome()).isEqualTo(Outcome.ALLOWED);
        assertThat(examine(declared("mit"), INTERNAL).outcome()).isEqualTo(Outcome.ALLOWED);
    }

    @Test
    void apacheAsksForNoticesAndChangesWhenWeightsArePassedOn() {
        Answer answer = examine(declared("apache-2.0"), shipped(Modification.QUANTIZED));
        assertThat(answer.outcome()).isEqualTo(Outcome.ALLOWED_WITH_DUTIES);
        assertThat(bases(answer, Effect.DUTY)).anyMatch(s -> s.contains("4(a)")).anyMatch(s -> s.contains("4(b)"));
        assertThat(bases(examine(declared("apache-2.0"), shipped(Modification.NONE)), Effect.DUTY))
                .noneMatch(s -> s.contains("4(b)"));
    }

    @Test
    void stoasOwnQuantizationIsAChangeWhateverTheUserSays() {
        Lineage quantized = new Lineage(
                Stream.concat(
                                declared("apache-2.0").steps().stream(),
                                Stream.of(new Step(Step.Relation.QUANTIZED, "Q8_0", List.of())))
                        .toList(),
                Optional.of("llama"),
                Optional.of(false));
        assertThat(bases(examine(quantized, shipped(Modification.NONE)), Effect.DUTY))
                .anyMatch(s -> s.contains("4(b)"));
    }

    @Test
    void nonCommercialMeansNonCommercial() {
        Lineage lineage = declared("cc-by-nc-4.0");
        assertThat(examine(lineage, commercial(Optional.of(true))).outcome()).isEqualTo(Outcome.FORBIDDEN);
        assertThat(examine(lineage, commercial(Optional.empty())).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(examine(lineage, commercial(Optional.of(false))).outcome()).isEqualTo(Outcome.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "699999999, ALLOWED_WITH_DUTIES",
        "700000000, ALLOWED_WITH_DUTIES",
        "700000001, FORBIDDEN",
    })
    void theLlamaLimitIsExclusive(long users, Outcome expected) {
        for (String tag : List.of("llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4")) {
            Answer answer = examine(declared(tag), users(OptionalLong.of(users)));
            assertThat(answer.outcome()).as(tag).isEqualTo(expected);
            if (expected == Outcome.FORBIDDEN) {
                assertThat(answer.grounds().getFirst().remedy().orElseThrow()).contains("ask Meta");
                assertThat(answer.grounds().getFirst().facts().getFirst()).contains("700000001");
            }
            assertThat(examine(declared(tag), users(OptionalLong.empty())).outcome())
                    .isEqualTo(Outcome.UNKNOWN);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama3.2, DE, true, FORBIDDEN",
        "llama3.2, DEU, true, FORBIDDEN",
        "llama3.2, EU, true, FORBIDDEN",
        "llama3.2, de-by, true, FORBIDDEN",
        "llama3.2, DE, , UNKNOWN",
        "llama3.2, DE, false, ALLOWED_WITH_DUTIES",
        "llama3.2, US, , ALLOWED_WITH_DUTIES",
        "llama3.2, CH, true, ALLOWED_WITH_DUTIES",
        "llama3.2, WORLD, true, UNKNOWN",
        "llama3.2, , true, UNKNOWN",
        "llama4, FR, true, FORBIDDEN",
        "llama4, FR, , UNKNOWN",
        "llama4, FR, false, UNKNOWN",
        "llama4, US, true, ALLOWED_WITH_DUTIES",
        "llama3.3, FR, , ALLOWED_WITH_DUTIES",
        "llama3.1, FR, true, ALLOWED_WITH_DUTIES",
    })
    void multimodalLlamasAreNotGrantedInTheEuropeanUnion(
            String tag, @Nullable String territory, @Nullable Boolean multimodal, Outcome expected) {
        Lineage lineage = new Lineage(declared(tag).steps(), Optional.empty(), Optional.ofNullable(multimodal));
        IntendedUse use = new IntendedUse(
                "x",
                Optional.of(true),
                Optional.of(Distribution.INTERNAL),
                OptionalLong.of(1),
                OptionalLong.of(1),
                territory == null ? Set.of() : Set.of(territory),
                Optional.of(Modification.NONE),
                Optional.of(false));
        assertThat(examine(lineage, use).outcome()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "llama2, FORBIDDEN",
        "llama3, FORBIDDEN",
        "llama3.1, ALLOWED_WITH_DUTIES",
        "llama3.2, ALLOWED_WITH_DUTIES",
        "llama3.3, ALLOWED_WITH_DUTIES",
        "llama4, ALLOWED_WITH_DUTIES",
        "gemma, ALLOWED_WITH_DUTIES",
        "apache-2.0, ALLOWED",
        "mit, ALLOWED",
        "cc-by-nc-4.0, UNKNOWN",
    })
    void trainingOnOutputsDiffersByVersion(String tag, Outcome expected) {
        IntendedUse use = new IntendedUse(
                "x",
                Optional.of(false),
                Optional.of(Distribution.INTERNAL),
                OptionalLong.of(1),
                OptionalLong.of(1),
                Set.of("US"),
                Optional.of(Modification.NONE),
                Optional.of(true));
        Answer answer = examine(declared(tag), use);
        assertThat(answer.outcome()).isEqualTo(expected);
        if (tag.startsWith("llama3.") || tag.equals("llama4")) {
            assertThat(remedies(answer, Effect.DUTY)).anyMatch(s -> s.contains("begins with \"Llama\""));
        }
    }

    @Test
    void theProofSaysWhichNumberWasTakenForWhichMonth() {
        assertThat(examine(declared("llama3.1"), INTERNAL).grounds())
                .flatExtracting(Ground::facts)
                .contains(
                        "monthly-active-users: 1000, the highest month so far, taken for the calendar month before 2024-07-23");
    }

    @Test
    void displayAndPrefixFollowTheVersionAndTheAct() {
        assertThat(remedies(examine(declared("llama3"), shipped(Modification.FINE_TUNED)), Effect.DUTY))
                .anyMatch(s -> s.contains("\"Built with Meta Llama 3\""))
                .anyMatch(s -> s.contains("begins with \"Llama 3\""));
        assertThat(remedies(examine(declared("llama3.1"), shipped(Modification.FINE_TUNED)), Effect.DUTY))
                .anyMatch(s -> s.contains("\"Built with Llama\""))
                .anyMatch(s -> s.contains("begins with \"Llama\""))
                .anyMatch(s -> s.contains("Llama 3.1 is licensed under the Llama 3.1 Community License"));
        assertThat(remedies(examine(declared("llama3.1"), INTERNAL), Effect.DUTY))
                .hasSize(1);
        assertThat(remedies(examine(declared("llama2"), shipped(Modification.FINE_TUNED)), Effect.DUTY))
                .noneMatch(s -> s.contains("Built with"));
    }

    @Test
    void hostingGemmaIsDistributionButNeedsNoNoticeFile() {
        IntendedUse hosted = use(Distribution.HOSTED, Modification.NONE);
        assertThat(remedies(examine(declared("gemma"), hosted), Effect.DUTY))
                .anyMatch(s -> s.contains("use restrictions"))
                .noneMatch(s -> s.contains("Notice"));
        assertThat(remedies(examine(declared("gemma"), shipped(Modification.NONE)), Effect.DUTY))
                .anyMatch(s -> s.contains("Notice"));
    }

    @Test
    void contradictionsAreUnknownAndProhibitionsAmongThemAreHeard() {
        Lineage mild = lineage(claim("apache-2.0", "a.gguf"), claim("llama3.1", "README.md"));
        assertThat(examine(mild, INTERNAL).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(examine(mild, INTERNAL).grounds().getFirst().sentence())
                .contains("contradict", "a.gguf", "README.md");
        Lineage hard = lineage(claim("apache-2.0", "a.gguf"), claim("cc-by-nc-4.0", "README.md"));
        Answer answer = examine(hard, commercial(Optional.of(true)));
        assertThat(answer.outcome()).isEqualTo(Outcome.FORBIDDEN);
        assertThat(answer.grounds().getFirst().sentence()).contains("if it holds");
        assertThat(answer.grounds()).anyMatch(ground -> ground.effect() == Effect.UNCLEAR);
    }

    @Test
    void dutiesFlowFromTheBase() {
        Lineage lineage = new Lineage(
                List.of(
                        new Step(
                                Step.Relation.BASE,
                                "meta-llama/Llama-3.1-8B",
                                List.of(new Claim(
                                        Claim.Kind.REPOSITORY,
                                        "base model",
                                        "name",
                                        "meta-llama/Llama-3.1-8B",
                                        LICENSES.find("llama3.1").map(License::id),
                                        Optional.empty()))),
                        new Step(Step.Relation.MODEL, "m", List.of(claim("mit", "README.md")))),
                Optional.of("llama"),
                Optional.of(false));
        Answer answer = examine(lineage, shipped(Modification.NONE));
        assertThat(answer.outcome()).isEqualTo(Outcome.ALLOWED_WITH_DUTIES);
        assertThat(remedies(answer, Effect.DUTY))
                .anyMatch(s -> s.contains("Built with Llama"))
                .anyMatch(s -> s.contains("copyright line"))
                .anyMatch(s -> s.contains("as one under LicenseRef-scancode-llama-3.1"));
        assertThat(examine(lineage, users(OptionalLong.of(700_000_001))).outcome())
                .isEqualTo(Outcome.FORBIDDEN);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void forgettingAFactNeverAllowsWhatWasNotAllowed(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int notAllowed = 0;
        for (int i = 0; i < 1000; i++) {
            Lineage lineage = randomLineage(random);
            IntendedUse use = randomUse(random);
            Outcome before = examine(lineage, use).outcome();
            for (IntendedUse forgetful : withoutOneFact(use)) {
                Outcome after = examine(lineage, forgetful).outcome();
                if (!allowed(before)) {
                    notAllowed++;
                    assertThat(allowed(after))
                            .as("%s%n%s%n%s", lineage, use, forgetful)
                            .isFalse();
                } else {
                    assertThat(after).as("a forgotten fact forbids nothing").isNotEqualTo(Outcome.FORBIDDEN);
                    // a duty must not vanish either: what was asked is still asked, or unknown
                    assertThat(after.compareTo(before)).isNotNegative();
                }
            }
            Outcome blind = examine(new Lineage(lineage.steps(), Optional.empty(), Optional.empty()), use)
                    .outcome();
            assertThat(!allowed(before) && allowed(blind)).isFalse();
        }
        assertThat(notAllowed).isGreaterThan(500);
    }

    /** Claims that agree support each other; without any, nothing is allowed; one more claim never makes it better. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void claimsOnlyEverAllowByAgreeing(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            Lineage lineage = randomLineage(random);
            IntendedUse use = randomUse(random);
            Answer before = examine(lineage, use);
            assertThat(allowed(examine(lineage(), use).outcome())).isFalse();

            Lineage more = withClaim(lineage, randomClaim(random));
            Step model = lineage.steps().getLast();
            if (model.claims().stream().anyMatch(claim -> claim.kind() != Claim.Kind.NAME)) {
                assertThat(examine(more, use).outcome().compareTo(before.outcome()))
                        .as("%s%n%s", lineage, more)
                        .isNotNegative();
            }
            boolean agreed = model.claims().stream()
                            .allMatch(claim -> claim.doubt().isEmpty())
                    && model.claims().stream().map(Claim::license).distinct().count() == 1;
            for (Claim dropped : model.claims()) {
                List<Claim> rest = new ArrayList<>(model.claims());
                rest.remove(dropped);
                Outcome after = examine(withClaims(lineage, rest), use).outcome();
                if (agreed && !allowed(before.outcome())) {
                    assertThat(allowed(after))
                            .as("%s without %s", lineage, dropped)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void anAnswerIsWrittenAndReadBackAsItIs() {
        JsonMapper json = JsonMapper.shared();
        Answer answer = examine(declared("llama3.2"), shipped(Modification.FINE_TUNED));
        assertThat(json.readValue(json.writeValueAsString(answer), Answer.class))
                .isEqualTo(answer);
        Lineage lineage = lineage(claim("apache-2.0", "a.gguf"), claim("llama3.1", "README.md"));
        assertThat(json.readValue(json.writeValueAsString(lineage), Lineage.class))
                .isEqualTo(lineage);
    }

    private static boolean allowed(Outcome outcome) {
        return outcome == Outcome.ALLOWED || outcome == Outcome.ALLOWED_WITH_DUTIES;
    }

    /** Examines a use that touches no restricted field and leaves safety measures alone. */
    private static Answer examine(Lineage lineage, IntendedUse use) {
        return EXAMINER.examine(
                lineage,
                use.toBuilder()
                        .domains(Optional.of(Set.of()))
                        .guardrailsWeakened(Optional.of(false))
                        .build());
    }

    private static List<String> remedies(Answer answer, Effect effect) {
        return answer.grounds().stream()
                .filter(ground -> ground.effect() == effect)
                .map(ground -> ground.remedy().orElse(""))
                .toList();
    }

    private static List<String> bases(Answer answer, Effect effect) {
        return answer.grounds().stream()
                .filter(ground -> ground.effect() == effect)
                .map(Ground::basis)
                .toList();
    }

    private static Lineage declared(String tag) {
        return lineage(claim(tag, "README.md"));
    }

    private static Lineage lineage(Claim... claims) {
        return new Lineage(
                List.of(new Step(Step.Relation.MODEL, "m", List.of(claims))), Optional.of("llama"), Optional.of(false));
    }

    private static Lineage withClaim(Lineage lineage, Claim claim) {
        List<Claim> claims = new ArrayList<>(lineage.steps().getLast().claims());
        claims.add(claim);
        return withClaims(lineage, claims);
    }

    private static Lineage withClaims(Lineage lineage, List<Claim> claims) {
        return new Lineage(
                List.of(new Step(Step.Relation.MODEL, "m", claims)), lineage.architecture(), lineage.multimodal());
    }

    private static Claim claim(String tag, String source) {
        return new Claim(
                Claim.Kind.DECLARED, source, "license", tag, LICENSES.find(tag).map(License::id), Optional.empty());
    }

    private static Claim randomClaim(Random random) {
        License license = LICENSES.all().get(random.nextInt(LICENSES.all().size()));
        return switch (random.nextInt(6)) {
            case 0 -> new Claim(Claim.Kind.TEXT, "LICENSE", "text", "?", Optional.empty(), Optional.of("is unknown"));
            case 1 -> new Claim(Claim.Kind.NAME, "f", "general.name", "?", Optional.of(license.id()), Optional.empty());
            default -> claim(license.id(), "s" + random.nextInt(3));
        };
    }

    private static Lineage randomLineage(Random random) {
        List<Claim> claims = new ArrayList<>();
        Claim first = randomClaim(random);
        for (int i = random.nextInt(3); i >= 0; i--) {
            claims.add(random.nextInt(3) > 0 ? first : randomClaim(random));
        }
        return new Lineage(
                List.of(new Step(Step.Relation.MODEL, "m", claims)),
                Optional.empty(),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of(random.nextBoolean()));
    }

    private static IntendedUse randomUse(Random random) {
        return new IntendedUse(
                "x",
                maybe(random, random.nextBoolean()),
                maybe(random, one(random, Distribution.values())),
                random.nextInt(4) == 0 ? OptionalLong.empty() : OptionalLong.of(700_000_000L + random.nextInt(5) - 3),
                OptionalLong.empty(),
                List.of(Set.<String>of(), Set.of("US"), Set.of("DE"), Set.of("US", "FR"), Set.of("WORLD"))
                        .get(random.nextInt(5)),
                maybe(random, one(random, Modification.values())),
                maybe(random, random.nextBoolean()));
    }

    private static <T> T one(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static <T> Optional<T> maybe(Random random, T value) {
        return random.nextInt(5) == 0 ? Optional.empty() : Optional.of(value);
    }

    private static List<IntendedUse> withoutOneFact(IntendedUse u) {
        return List.of(
                new IntendedUse(
                        u.purpose(),
                        Optional.empty(),
                        u.distribution(),
                        u.monthlyActiveUsers(),
                        u.annualRevenue(),
                        u.territories(),
                        u.modification(),
                        u.outputsTrainModels()),
                new IntendedUse(
                        u.purpose(),
                        u.commercial(),
                        Optional.empty(),
                        u.monthlyActiveUsers(),
                        u.annualRevenue(),
                        u.territories(),
                        u.modification(),
                        u.outputsTrainModels()),
                new IntendedUse(
                        u.purpose(),
                        u.commercial(),
                        u.distribution(),
                        OptionalLong.empty(),
                        u.annualRevenue(),
                        u.territories(),
                        u.modification(),
                        u.outputsTrainModels()),
                new IntendedUse(
                        u.purpose(),
                        u.commercial(),
                        u.distribution(),
                        u.monthlyActiveUsers(),
                        OptionalLong.empty(),
                        u.territories(),
                        u.modification(),
                        u.outputsTrainModels()),
                new IntendedUse(
                        u.purpose(),
                        u.commercial(),
                        u.distribution(),
                        u.monthlyActiveUsers(),
                        u.annualRevenue(),
                        Set.of(),
                        u.modification(),
                        u.outputsTrainModels()),
                new IntendedUse(
                        u.purpose(),
                        u.commercial(),
                        u.distribution(),
                        u.monthlyActiveUsers(),
                        u.annualRevenue(),
                        u.territories(),
                        Optional.empty(),
                        u.outputsTrainModels()),
                new IntendedUse(
                        u.purpose(),
                        u.commercial(),
                        u.distribution(),
                        u.monthlyActiveUsers(),
                        u.annualRevenue(),
                        u.territories(),
                        u.modification(),
                        Optional.empty()));
    }

    private static IntendedUse commercial(Optional<Boolean> commercial) {
        return new IntendedUse(
                "x",
                commercial,
                INTERNAL.distribution(),
                INTERNAL.monthlyActiveUsers(),
                INTERNAL.annualRevenue(),
                INTERNAL.territories(),
                INTERNAL.modification(),
                INTERNAL.outputsTrainModels());
    }

    private static IntendedUse users(OptionalLong users) {
        return new IntendedUse(
                "x",
                Optional.of(true),
                INTERNAL.distribution(),
                users,
                INTERNAL.annualRevenue(),
                INTERNAL.territories(),
                INTERNAL.modification(),
                INTERNAL.outputsTrainModels());
    }

    private static IntendedUse shipped(Modification modification) {
        return use(Distribution.WEIGHTS, modification);
    }

    private static IntendedUse use(Distribution distribution, Modification modification) {
        return new IntendedUse(
                "x",
                Optional.of(true),
                Optional.of(distribution),
                OptionalLong.of(1),
                OptionalLong.of(1),
                Set.of("US"),
                Optional.of(modification),
                Optional.of(false));
    }
}
