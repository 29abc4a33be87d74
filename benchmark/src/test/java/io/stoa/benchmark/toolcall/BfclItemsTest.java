package io.stoa.benchmark.toolcall;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every published single-turn item is read; answers written from its possible answers, and spoiled ones, are judged. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BfclItemsTest {
    private static final ToolCallChecker CHECKER = new ToolCallChecker(ToolCallChecker.FunctionNames.AS_DECLARED);

    /**
     * Items that no answer meets under BFCL's rules: an expected parameter that is not declared and may not be left out
     * (862), a required parameter that is not expected (964), required parameters without an allowed value (106, 112).
     */
    private static final Set<String> UNANSWERABLE = Set.of(
            "live_multiple_862-181-3", "live_multiple_964-207-0", "live_simple_106-63-0", "live_simple_112-68-0");

    /**
     * Items of Java that no literal of Java meets: arrays of strings keep their quotes (35, 78, 83 to 91), and so do
     * strings in lists of any, whose numbers become strings (36, 65).
     */
    private static final Set<String> UNANSWERABLE_IN_JAVA = Set.of(
            "simple_java_35",
            "simple_java_36",
            "simple_java_65",
            "simple_java_78",
            "simple_java_83",
            "simple_java_85",
            "simple_java_86",
            "simple_java_89",
            "simple_java_90",
            "simple_java_91");

    /** Items that need a filled map, which only reaches the check as a string of JSON. */
    private static final Set<String> UNANSWERABLE_IN_JAVA_SYNTAX =
            Set.of("simple_java_1", "simple_java_67", "simple_java_68");

    /** An item whose map has a text where a list of allowed values belongs: only an empty map is right. */
    private static final String UNANSWERABLE_IN_JSON = "simple_java_64";

    /**
     * Here one expected call also fits another's answer, and each takes the first that fits, so that the order counts:
     * the only such item in all orders of all parallel items.
     */
    private static final String ORDER_COUNTS = "parallel_178";

    /** Reading takes longer than judging, so each file is read once. */
    private final Map<ToolCallCategory, List<ToolCallItem>> read = new EnumMap<>(ToolCallCategory.class);

    @ParameterizedTest
    @CsvSource({
        "SIMPLE_PYTHON, 400",
        "SIMPLE_JAVA, 100",
        "SIMPLE_JAVASCRIPT, 50",
        "MULTIPLE, 200",
        "PARALLEL, 200",
        "PARALLEL_MULTIPLE, 200",
        "IRRELEVANCE, 240",
        "LIVE_SIMPLE, 258",
        "LIVE_MULTIPLE, 1053",
        "LIVE_PARALLEL, 16",
        "LIVE_PARALLEL_MULTIPLE, 24",
        "LIVE_IRRELEVANCE, 884",
        "LIVE_RELEVANCE, 16"
    })
    void everyItemIsRead(ToolCallCategory category, int count) throws IOException {
        assertThat(items(category)).hasSize(count);
    }

    private List<ToolCallItem> items(ToolCallCategory category) throws IOException {
        List<ToolCallItem> known = read.get(category);
        if (known == null) {
            known = BfclFiles.items(category);
            read.put(category, known);
        }
        return known;
    }

    static Stream<Arguments> answered() {
        return Stream.of(ToolCallCategory.values())
                .filter(ToolCallCategory::expectsCalls)
                .flatMap(category -> Stream.of(category.language().syntax(), AnswerSyntax.JSON)
                        .map(syntax -> Arguments.of(category, syntax)));
    }

    @ParameterizedTest
    @MethodSource("answered")
    void itsOwnPossibleAnswerIsRight(ToolCallCategory category, AnswerSyntax syntax) throws IOException {
        Set<String> wrong = new TreeSet<>();
        Set<String> unanswerable = new TreeSet<>();
        for (ToolCallItem item : items(category)) {
            for (boolean shortest : List.of(true, false)) {
                String answer = CallWriter.write(item, syntax, CallWriter.compose(item, shortest));
                if (!CHECKER.judge(item, syntax, answer).right()) {
                    wrong.add(item.id());
                }
            }
            if (isUnanswerable(item, syntax)) {
                unanswerable.add(item.id());
            }
        }
        assertThat(wrong).isEqualTo(unanswerable);
    }

    private static boolean isUnanswerable(ToolCallItem item, AnswerSyntax syntax) {
        return UNANSWERABLE.contains(item.id())
                || UNANSWERABLE_IN_JAVA.contains(item.id())
                || (syntax == AnswerSyntax.JAVA && UNANSWERABLE_IN_JAVA_SYNTAX.contains(item.id()))
                || (syntax == AnswerSyntax.JSON && UNANSWERABLE_IN_JSON.equals(item.id()));
    }

    /** Calls, and what is wrong with them when each is the only one. */
    record Spoiled(List<FunctionCall> calls, Fault fault) {}

    /** Spoils one call of several. */
    interface Spoiler {
        Optional<Spoiled> spoil(ToolCallItem item, List<FunctionCall> calls, Random random);
    }

    static Stream<Arguments> spoiled() {
        List<Named<Spoiler>> spoilers = List.of(
                Named.of("another name", BfclItemsTest::anotherName),
                Named.of("a required parameter missing", BfclItemsTest::missing),
                Named.of("an unexpected parameter", BfclItemsTest::unexpected),
                Named.of("another type", BfclItemsTest::anotherType),
                Named.of("another value", BfclItemsTest::anotherValue));
        return answered()
                .flatMap(arguments -> spoilers.stream()
                        .map(spoiler ->
                                Arguments.of(arguments.get()[0], arguments.get()[1], spoiler)));
    }

    @ParameterizedTest
    @MethodSource
    void spoiled(ToolCallCategory category, AnswerSyntax syntax, Spoiler spoiler) throws IOException {
        long seed = Long.getLong("stoa.toolcall.seed", System.nanoTime());
        assertThat(refused(category, syntax, spoiler, seed)).isGreaterThan(9);
    }

    /** Spoils each item's answer, asserts that it is refused for the right reason, and returns how many were. */
    private int refused(ToolCallCategory category, AnswerSyntax syntax, Spoiler spoiler, long seed) throws IOException {
        Random random = new Random(seed);
        int refused = 0;
        for (ToolCallItem item : items(category)) {
            Optional<Spoiled> made = isUnanswerable(item, syntax)
                    ? Optional.empty()
                    : spoiler.spoil(item, CallWriter.compose(item, false), random)
                            .filter(candidate -> !isUnseen(syntax, candidate.fault()));
            if (made.isPresent()) {
                String answer = CallWriter.write(item, syntax, made.get().calls());
                Fault fault = category.demand() == ToolCallCategory.Demand.SEVERAL
                        ? Fault.PARALLEL_NO_MATCH
                        : made.get().fault();
                assertThat(CHECKER.judge(item, syntax, answer))
                        .as("seed %s, %s: %s", seed, item.id(), answer)
                        .isInstanceOfSatisfying(
                                Judgement.Wrong.class,
                                wrong -> assertThat(wrong.fault()).isEqualTo(fault));
                refused++;
            }
        }
        return refused;
    }

    private static <T> T argument(Arguments arguments, int index, Class<T> type) {
        return type.cast(Objects.requireNonNull(arguments.get()[index]));
    }

    /** Each allowed value of each parameter of each item, and what is wrong in one place. */
    @Test
    void allPossibleAnswersAreAcceptedAndThousandsOfMutationsRefused() throws IOException {
        long seed = Long.getLong("stoa.toolcall.seed", System.nanoTime());
        int accepted = 0;
        int refused = 0;
        Set<String> not = new TreeSet<>();
        for (Arguments arguments : answered().toList()) {
            ToolCallCategory category = argument(arguments, 0, ToolCallCategory.class);
            AnswerSyntax syntax = argument(arguments, 1, AnswerSyntax.class);
            for (ToolCallItem item : items(category)) {
                for (List<FunctionCall> calls :
                        isUnanswerable(item, syntax) ? List.<List<FunctionCall>>of() : CallWriter.composeAll(item)) {
                    if (CHECKER.judge(item, syntax, CallWriter.write(item, syntax, calls))
                            .right()) {
                        accepted++;
                    } else {
                        not.add(syntax + " " + item.id() + " "
                                + CHECKER.judge(item, syntax, CallWriter.write(item, syntax, calls)));
                    }
                }
            }
        }
        for (Arguments arguments : spoiled().toList()) {
            Named<?> spoiler = argument(arguments, 2, Named.class);
            refused += refused(
                    argument(arguments, 0, ToolCallCategory.class),
                    argument(arguments, 1, AnswerSyntax.class),
                    (Spoiler) Objects.requireNonNull(spoiler.getPayload()),
                    seed);
        }
        System.out.println("BFCL: " + accepted + " possible answers accepted, " + not.size() + " not: " + not + "; "
                + refused + " mutations refused; seed " + seed);
        assertThat(not).isEmpty();
        assertThat(refused).isGreaterThanOrEqualTo(5_000);
    }

    /**
     * BFCL's parser of Java drops the body of a {@code new} expression, so that every map arrives empty and no key that
     * is put into one can be wrong.
     */
    private static boolean isUnseen(AnswerSyntax syntax, Fault fault) {
        return syntax == AnswerSyntax.JAVA && fault == Fault.VALUE_DICT_KEY;
    }

    @Test
    void noKeyOfAMapIsSeenInJava() throws IOException {
        ToolCallItem item = items(ToolCallCategory.SIMPLE_JAVA).stream()
                .filter(candidate -> candidate.id().equals(UNANSWERABLE_IN_JSON))
                .findFirst()
                .orElseThrow();
        List<FunctionCall> calls = with(
                CallWriter.compose(item, false),
                0,
                "meta",
                new ArgumentValue.Table(Map.of(ArgumentValue.of("noSuchKey"), ArgumentValue.of("x"))));
        assertThat(CHECKER.judge(item, AnswerSyntax.JAVA, CallWriter.write(item, AnswerSyntax.JAVA, calls)))
                .isEqualTo(new Judgement.Right());
        assertThat(CHECKER.judge(item, AnswerSyntax.JSON, CallWriter.write(item, AnswerSyntax.JSON, calls)))
                .isInstanceOfSatisfying(
                        Judgement.Wrong.class,
                        wrong -> assertThat(wrong.fault()).isEqualTo(Fault.VALUE_DICT_KEY));
    }

    @ParameterizedTest
    @MethodSource("answered")
    void callsAreCountedAndMayComeInAnyOrder(ToolCallCategory category, AnswerSyntax syntax) throws IOException {
        long seed = Long.getLong("stoa.toolcall.seed", System.nanoTime());
        Random random = new Random(seed);
        boolean listed = syntax == AnswerSyntax.PYTHON || syntax == AnswerSyntax.JSON;
        for (ToolCallItem item : items(category)) {
            List<FunctionCall> calls = new ArrayList<>(CallWriter.compose(item, false));
            List<FunctionCall> fewer = calls.subList(1, calls.size());
            List<FunctionCall> more =
                    Stream.concat(calls.stream(), Stream.of(calls.getFirst())).toList();
            if (listed) {
                assertFault(item, syntax, fewer, wrongCount(category));
                assertFault(item, syntax, more, wrongCount(category));
            } else {
                assertFault(item, syntax, fewer, Fault.WRONG_OUTPUT_FORMAT);
            }
            Collections.shuffle(calls, random);
            if (!isUnanswerable(item, syntax) && !item.id().equals(ORDER_COUNTS)) {
                String answer = CallWriter.write(item, syntax, calls);
                assertThat(CHECKER.judge(item, syntax, answer))
                        .as("seed %s, %s: %s", seed, item.id(), answer)
                        .isEqualTo(new Judgement.Right());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IRRELEVANCE", "LIVE_IRRELEVANCE", "LIVE_RELEVANCE"})
    void someCallOrNone(ToolCallCategory category) throws IOException {
        boolean wanted = category.demand() == ToolCallCategory.Demand.ANY;
        for (ToolCallItem item : items(category)) {
            for (String call : List.of("[f(a=1)]", "f()", "```[g.h(x='y')]```")) {
                assertThat(CHECKER.judge(item, AnswerSyntax.PYTHON, call).right())
                        .isEqualTo(wanted);
            }
            for (String none : List.of("[]", "", "No function fits.", "[1, 2]", "[f(a=1]")) {
                assertThat(CHECKER.judge(item, AnswerSyntax.PYTHON, none).right())
                        .isNotEqualTo(wanted);
            }
        }
    }

    private static void assertFault(ToolCallItem item, AnswerSyntax syntax, List<FunctionCall> calls, Fault fault) {
        assertThat(CHECKER.judge(item, syntax, CallWriter.write(item, syntax, calls)))
                .as(item.id())
                .isInstanceOfSatisfying(
                        Judgement.Wrong.class,
                        wrong -> assertThat(wrong.fault()).isEqualTo(fault));
    }

    private static Fault wrongCount(ToolCallCategory category) {
        return switch (category.demand()) {
            case ONE -> Fault.SIMPLE_WRONG_COUNT;
            case CHOSEN -> Fault.MULTIPLE_WRONG_COUNT;
            case SEVERAL -> Fault.PARALLEL_WRONG_COUNT;
            case NONE, ANY -> throw new IllegalArgumentException("no calls are counted in " + category);
        };
    }

    private static Optional<Spoiled> anotherName(ToolCallItem item, List<FunctionCall> calls, Random random) {
        int at = random.nextInt(calls.size());
        FunctionCall call = calls.get(at);
        return Optional.of(new Spoiled(
                replaced(calls, at, new FunctionCall(call.function() + "_not", call.arguments())),
                Fault.WRONG_FUNCTION_NAME));
    }

    private static Optional<Spoiled> missing(ToolCallItem item, List<FunctionCall> calls, Random random) {
        int at = random.nextInt(calls.size());
        FunctionCall call = calls.get(at);
        List<String> required = item.declarationOf(item.expected().get(at)).required();
        if (required.isEmpty()) {
            return Optional.empty();
        }
        Map<String, ArgumentValue> arguments = new LinkedHashMap<>(call.arguments());
        arguments.remove(required.get(random.nextInt(required.size())));
        return Optional.of(
                new Spoiled(replaced(calls, at, new FunctionCall(call.function(), arguments)), Fault.MISSING_REQUIRED));
    }

    private static Optional<Spoiled> unexpected(ToolCallItem item, List<FunctionCall> calls, Random random) {
        int at = random.nextInt(calls.size());
        return Optional.of(
                new Spoiled(with(calls, at, "noSuchParameter", ArgumentValue.of(1)), Fault.UNEXPECTED_PARAMETER));
    }

    /** Nothing, where Python or JSON is written; a variable, where another type is declared in Java or JavaScript. */
    private static Optional<Spoiled> anotherType(ToolCallItem item, List<FunctionCall> calls, Random random) {
        int at = random.nextInt(calls.size());
        return parameter(item, calls, at, random)
                .filter(name ->
                        item.category().language() == Language.PYTHON || expected(item, at, name) != ValueType.STRING)
                .map(name -> new Spoiled(
                        with(
                                calls,
                                at,
                                name,
                                item.category().language() == Language.PYTHON
                                        ? new ArgumentValue.None()
                                        : ArgumentValue.of("noSuchVariable")),
                        Fault.TYPE_SIMPLE));
    }

    private static Optional<Spoiled> anotherValue(ToolCallItem item, List<FunctionCall> calls, Random random) {
        int at = random.nextInt(calls.size());
        return parameter(item, calls, at, random).flatMap(name -> {
            ArgumentValue value = calls.get(at).arguments().getOrDefault(name, new ArgumentValue.None());
            List<ArgumentValue> allowed = item.expected().get(at).allowed().getOrDefault(name, List.of());
            return switch (value) {
                case ArgumentValue.Text(String text) ->
                    Optional.of(
                            new Spoiled(with(calls, at, name, ArgumentValue.of(text + " not")), Fault.VALUE_STRING));
                case ArgumentValue.Int _ ->
                    Optional.of(new Spoiled(with(calls, at, name, ArgumentValue.of(987_654_321)), Fault.VALUE_OTHER));
                case ArgumentValue.Real _ ->
                    Optional.of(new Spoiled(with(calls, at, name, ArgumentValue.of(98_765.25)), Fault.VALUE_OTHER));
                case ArgumentValue.Bool(boolean truth) ->
                    allowed.contains(ArgumentValue.of(!truth))
                            ? Optional.empty()
                            : Optional.of(
                                    new Spoiled(with(calls, at, name, ArgumentValue.of(!truth)), Fault.VALUE_OTHER));
                case ArgumentValue.Table table -> {
                    Map<ArgumentValue, ArgumentValue> entries = new LinkedHashMap<>(table.entries());
                    entries.put(ArgumentValue.of("noSuchKey"), ArgumentValue.of("x"));
                    yield Optional.of(
                            new Spoiled(with(calls, at, name, new ArgumentValue.Table(entries)), Fault.VALUE_DICT_KEY));
                }
                case ArgumentValue.Items items ->
                    longer(items).map(more -> {
                        boolean tables = items.values().getFirst() instanceof ArgumentValue.Table;
                        return new Spoiled(
                                with(calls, at, name, more), tables ? Fault.VALUE_DICT_COUNT : Fault.VALUE_LIST);
                    });
                case ArgumentValue.None _ -> Optional.empty();
            };
        });
    }

    /** A list ten times as long, so that it is none of the allowed ones. */
    private static Optional<ArgumentValue> longer(ArgumentValue.Items items) {
        return items.values().isEmpty()
                ? Optional.empty()
                : Optional.of(new ArgumentValue.Items(
                        items.tuple(),
                        Collections.nCopies(10, items.values()).stream()
                                .flatMap(List::stream)
                                .toList()));
    }

    /** A parameter of a call whose allowed values have its declared type. */
    private static Optional<String> parameter(ToolCallItem item, List<FunctionCall> calls, int at, Random random) {
        List<String> names = calls.get(at).arguments().keySet().stream()
                .filter(name -> {
                    ArgumentValue value = calls.get(at).arguments().getOrDefault(name, new ArgumentValue.None());
                    return switch (expected(item, at, name)) {
                        case STRING -> value instanceof ArgumentValue.Text;
                        case INTEGER -> value instanceof ArgumentValue.Int;
                        case FLOAT -> value instanceof ArgumentValue.Real;
                        case BOOLEAN -> value instanceof ArgumentValue.Bool;
                        case LIST -> value instanceof ArgumentValue.Items;
                        case DICT -> value instanceof ArgumentValue.Table;
                        case NONE, TUPLE, SET -> false;
                    };
                })
                .toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(names.get(random.nextInt(names.size())));
    }

    private static ValueType expected(ToolCallItem item, int at, String name) {
        return Optional.ofNullable(
                        item.declarationOf(item.expected().get(at)).parameters().get(name))
                .map(Parameter::expected)
                .orElse(ValueType.NONE);
    }

    private static List<FunctionCall> with(List<FunctionCall> calls, int at, String name, ArgumentValue value) {
        FunctionCall call = calls.get(at);
        Map<String, ArgumentValue> arguments = new LinkedHashMap<>(call.arguments());
        arguments.put(name, value);
        return replaced(calls, at, new FunctionCall(call.function(), arguments));
    }

    private static List<FunctionCall> replaced(List<FunctionCall> calls, int at, FunctionCall call) {
        List<FunctionCall> replaced = new ArrayList<>(calls);
        replaced.set(at, call);
        return replaced;
    }
}
