package io.stoa.hardware.plan;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.BreakEven;
import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Energy;
import io.stoa.hardware.cost.Money;
import io.stoa.hardware.cost.OwnMachine;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.cost.Rent;
import io.stoa.hardware.cost.TokenCost;
import io.stoa.hardware.input.Dimension;
import io.stoa.hardware.input.YamlPart;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Everything that is needed to say what answers cost, read from a file:
 *
 * <pre>{@code
 * request: {prompt-tokens: 1000, answer-tokens: 200}
 * speed: {prompt: [8000, 10000], generation: [900, 1100]}   # tokens/s; generation of all streams together
 * utilisation: 0.5
 * hourly: {amount: 3.00 USD, date: 2026-11-01, source: the provider's price list}
 * acceptance: {right: 180, of: 200}
 * energy: {busy: 700 W, idle: 100 W, pue: 1.2, per-kwh: {amount: 0.30 USD, date: 2026-11-01, source: our bill}}
 * own: {purchase: {…}, residual: {…}, lifetime-months: 36, monthly: {…}}
 * api: {input-per-million: {…}, output-per-million: {…}}
 * requests-per-month: 1000000
 * }</pre>
 *
 * <p>Only {@code request}, {@code speed} and one of {@code hourly} and {@code own} must be there. A machine of one's
 * own costs its loss of value, its energy and its monthly costs, spread over the hours of a month.
 */
public final class CostSheet {
    private static final double MOST = 1e9;

    private final int promptTokens;
    private final int answerTokens;
    private final Interval promptSpeed;
    private final Interval generationSpeed;
    private final double utilisation;
    private final Optional<Price> hourly;
    private final Optional<Score> acceptance;
    private final Optional<Energy> energy;
    private final Optional<Price> perKilowattHour;
    private final Optional<OwnMachine> own;
    private final Optional<Money> apiRequest;
    private final OptionalDouble requestsPerMonth;
    private final List<Price> prices = new ArrayList<>();

    /**
     * What a sheet comes to.
     *
     * @param request the cost of a request of the machine, and its split
     * @param perMillionGenerated cost per million tokens while it only generates, as price lists compare
     * @param perAccepted cost of an accepted answer
     * @param kilowattHours per million tokens, prompts and answers in the request's mix
     * @param energyCost of them
     * @param apiRequest cost of a request of the API
     * @param againstApi when own hardware has paid off against the API
     * @param againstRent and against the hourly price, day and night
     * @param volume from how many requests a month on it is cheaper than the API, its loss of value included
     */
    public record Result(
            TokenCost.Request request,
            CostRange perMillionGenerated,
            Optional<CostRange> perAccepted,
            Optional<Interval> kilowattHours,
            Optional<CostRange> energyCost,
            Optional<Money> apiRequest,
            Optional<BreakEven> againstApi,
            Optional<BreakEven> againstRent,
            Optional<BreakEven> volume) {
        public Result {
            requireNonNull(request, "request");
            requireNonNull(perMillionGenerated, "perMillionGenerated");
        }
    }

    private CostSheet(YamlPart part) {
        part.only(
                "request",
                "speed",
                "utilisation",
                "hourly",
                "acceptance",
                "energy",
                "own",
                "api",
                "requests-per-month");
        YamlPart request = part.part("request").only("prompt-tokens", "answer-tokens");
        promptTokens = request.integer("prompt-tokens", 1, 100_000_000);
        answerTokens = request.integer("answer-tokens", 1, 100_000_000);
        YamlPart speed = part.part("speed").only("prompt", "generation");
        promptSpeed = range(speed, "prompt");
        generationSpeed = range(speed, "generation");
        utilisation = part.optionalNumber("utilisation", 0.001, 1).orElse(1);
        hourly = price(part, "hourly", 10_000, "an hour");
        acceptance = part.optionalPart("acceptance").map(CostSheet::score);
        Optional<YamlPart> power = part.optionalPart("energy");
        energy = power.map(CostSheet::energy);
        perKilowattHour = power.flatMap(each -> price(each, "per-kwh", 100, "a kilowatt-hour"));
        own = part.optionalPart("own").map(this::own);
        apiRequest = part.optionalPart("api").map(this::api);
        requestsPerMonth = part.optionalNumber("requests-per-month", 1, 1e13);
        if (hourly.isEmpty() && own.isEmpty()) {
            throw part.wrong("give the machine's price: hourly, or own");
        }
        if (prices.stream().map(price -> price.amount().currency()).distinct().count() > 1) {
            throw part.wrong("the prices are in several currencies; give them in one");
        }
    }

    public static CostSheet read(Path file) {
        return new CostSheet(YamlPart.read(file));
    }

    public static CostSheet parse(String label, String text) {
        return new CostSheet(YamlPart.parse(label, text));
    }

    /** All prices of the sheet, with date and source. */
    public List<Price> prices() {
        return List.copyOf(prices);
    }

    static Score score(YamlPart part) {
        part.only("right", "of");
        int of = part.integer("of", 1, 1_000_000_000);
        return Score.wilson(part.integer("right", 0, of), of, 0.95, Score.Stop.EXHAUSTED);
    }

    static Interval range(YamlPart part, String key) {
        List<String> ends = part.texts(key, 2);
        if (ends.isEmpty()) {
            throw part.wrong("the key " + key + " is missing");
        }
        double low = speed(part, key, ends.getFirst());
        double high = speed(part, key, ends.getLast());
        if (low > high) {
            throw part.wrong(key, "the low end is above the high one");
        }
        return new Interval(low, high);
    }

    private static double speed(YamlPart part, String key, String text) {
        if (!text.matches("[0-9]{1,10}(\\.[0-9]{1,9})?")
                || !(Double.parseDouble(text) > 0)
                || Double.parseDouble(text) > MOST) {
            throw part.wrong(key, "'" + text + "' is not a positive number up to " + (long) MOST);
        }
        return Double.parseDouble(text);
    }

    private Optional<Price> price(YamlPart part, String key, double most, String what) {
        Optional<Price> price = part.optionalPart(key).map(each -> Price.read(each, most, what));
        price.ifPresent(prices::add);
        return price;
    }

    private static Energy energy(YamlPart part) {
        part.only("busy", "idle", "pue", "per-kwh");
        String doubt = "a machine draws less than 1,000 kW; is the unit right?";
        double busy = part.measure("busy", Dimension.POWER, 0.1, 1e6, doubt);
        double idle = part.optionalMeasure("idle", Dimension.POWER, 0, busy, "idle power is at most that under load")
                .orElse(busy);
        return new Energy(busy, idle, part.optionalNumber("pue", 1, 5).orElse(1));
    }

    private OwnMachine own(YamlPart part) {
        part.only("purchase", "residual", "lifetime-months", "monthly");
        Price purchase =
                price(part, "purchase", 1e8, "a machine").orElseThrow(() -> part.wrong("the key purchase is missing"));
        Money nothing = Money.zero(purchase.amount().currency());
        Energy drawn = energy.orElseThrow(
                () -> part.wrong("a machine of one's own draws power: give energy with per-kwh, too"));
        try {
            return new OwnMachine(
                    purchase.amount(),
                    price(part, "residual", 1e8, "what is left")
                            .map(Price::amount)
                            .orElse(nothing),
                    part.integer("lifetime-months", 1, 240),
                    drawn,
                    perKilowattHour
                            .map(Price::amount)
                            .orElseThrow(() -> part.wrong("energy needs per-kwh for a machine of one's own")),
                    price(part, "monthly", 1e7, "a month").map(Price::amount).orElse(nothing),
                    requestsPerSecond());
        } catch (IllegalArgumentException e) {
            throw part.wrong(String.valueOf(e.getMessage()));
        }
    }

    private Money api(YamlPart part) {
        part.only("input-per-million", "output-per-million");
        Price input = price(part, "input-per-million", 10_000, "a million tokens")
                .orElseThrow(() -> part.wrong("the key input-per-million is missing"));
        Price output = price(part, "output-per-million", 10_000, "a million tokens")
                .orElseThrow(() -> part.wrong("the key output-per-million is missing"));
        return TokenCost.request(input.amount(), output.amount(), promptTokens, answerTokens);
    }

    /** What the machine can surely do. */
    private double requestsPerSecond() {
        return 1 / (promptTokens / promptSpeed.low() + answerTokens / generationSpeed.low());
    }

    public Result result() {
        Money hour = hourly.map(Price::amount).orElseGet(this::ownHour);
        Interval promptSeconds = new Interval(promptTokens / promptSpeed.high(), promptTokens / promptSpeed.low());
        Interval answerSeconds =
                new Interval(answerTokens / generationSpeed.high(), answerTokens / generationSpeed.low());
        TokenCost.Request request =
                TokenCost.request(hour, promptTokens, answerTokens, promptSeconds, answerSeconds, utilisation);
        Optional<Interval> kilowattHours = energy.map(each -> new Interval(
                each.kilowattHoursPerMillion(tokensPerSecond(promptSeconds.low(), answerSeconds.low()), utilisation),
                each.kilowattHoursPerMillion(
                        tokensPerSecond(promptSeconds.high(), answerSeconds.high()), utilisation)));
        return new Result(
                request,
                TokenCost.perMillion(hour, generationSpeed, utilisation),
                acceptance
                        .filter(score -> score.interval().high() > 0)
                        .map(score -> TokenCost.perAccepted(request.perRequest(), score)),
                kilowattHours,
                kilowattHours.flatMap(used -> perKilowattHour.map(price -> CostRange.of(
                        price.amount().times(used.low()), price.amount().times(used.high())))),
                apiRequest,
                apiRequest.flatMap(api -> breakEven(new Rent.Api(api))),
                hourly.flatMap(price -> breakEven(new Rent.Cloud(price.amount(), requestsPerSecond(), true))),
                apiRequest.flatMap(api -> own.map(machine -> machine.breakEvenVolume(new Rent.Api(api)))));
    }

    private double tokensPerSecond(double promptSeconds, double answerSeconds) {
        return ((double) promptTokens + answerTokens) / (promptSeconds + answerSeconds);
    }

    private Optional<BreakEven> breakEven(Rent rent) {
        return own.filter(machine -> requestsPerMonth.isPresent())
                .map(machine -> machine.breakEven(rent, requestsPerMonth.orElse(1)));
    }

    private Money ownHour() {
        OwnMachine machine = own.orElseThrow();
        double requests = requestsPerSecond() * utilisation * 3600 * OwnMachine.HOURS_PER_MONTH;
        return machine.withDepreciation(requests).times(1 / OwnMachine.HOURS_PER_MONTH);
    }
}
