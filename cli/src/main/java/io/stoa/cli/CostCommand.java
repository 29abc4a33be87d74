package io.stoa.cli;

import io.stoa.hardware.cost.BreakEven;
import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Money;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.plan.CostSheet;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "cost",
        description =
                "What answers cost: per million tokens, per accepted answer, in energy; when own hardware pays off.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Every price has a date and a source; one older than 90 days is pointed out.",
            "A sheet:",
            "  request: {prompt-tokens: 1000, answer-tokens: 200}",
            "  speed: {prompt: [8000, 10000], generation: 1000}     tokens/s, generation of all streams together",
            "  utilisation: 0.5",
            "  hourly: {amount: 3.00 USD, date: 2026-11-01, source: the provider's price list}",
            "  acceptance: {right: 180, of: 200}",
            "  energy: {busy: 700 W, idle: 100 W, pue: 1.2, per-kwh: {amount: 0.30 USD, date: 2026-11-01, source:"
                    + " bill}}",
            "  own: {purchase: {amount: 30000 USD, date: 2026-11-01, source: offer}, lifetime-months: 36}",
            "  api: {input-per-million: {amount: 0.50 USD, date: 2026-11-01, source: price list},",
            "        output-per-million: {amount: 1.50 USD, date: 2026-11-01, source: price list}}",
            "  requests-per-month: 3000000",
            "",
            "Examples:",
            "  stoa cost sheet.yaml",
            "  stoa cost sheet.yaml --json"
        })
final class CostCommand implements Runnable {
    private static final int OLD_DAYS = 90;

    private final House house;

    @Parameters(paramLabel = "SHEET", description = "The sheet, as YAML.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    CostCommand(House house) {
        this.house = house;
    }

    /** A cost, flat: the upper end is missing where there is none. */
    record Amount(BigDecimal low, Optional<BigDecimal> high, String currency) {
        static Amount of(CostRange cost) {
            return new Amount(
                    cost.low().amount(),
                    cost.high().map(Money::amount),
                    cost.low().currency().getCurrencyCode());
        }
    }

    @Override
    public void run() {
        CostSheet sheet = CostSheet.read(file);
        CostSheet.Result result = sheet.result();
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(figures(result, sheet.prices())));
        } else {
            print(result);
            sheet.prices().forEach(price -> house.out().println("price used: " + price));
        }
        LocalDate today = LocalDate.ofInstant(house.clock().instant(), ZoneOffset.UTC);
        sheet.prices().stream()
                .filter(price -> price.daysOld(today) > OLD_DAYS)
                .forEach(price -> house.err()
                        .println(price + " is " + price.daysOld(today) + " days old; prices change monthly"));
    }

    private void print(CostSheet.Result result) {
        line("per million tokens, generation alone", result.perMillionGenerated());
        line("per million tokens, prompts and answers", result.request().perMillion());
        line("  per million prompt tokens", result.request().perMillionInput());
        line("  per million answer tokens", result.request().perMillionOutput());
        line("per request", result.request().perRequest());
        result.perAccepted().ifPresent(cost -> line("per accepted answer", cost));
        result.apiRequest().ifPresent(cost -> line("per request of the API", cost));
        result.kilowattHours()
                .ifPresent(used -> line(
                        "energy per million tokens",
                        String.format(Locale.ROOT, "%.4g to %.4g kWh", used.low(), used.high())));
        result.energyCost().ifPresent(cost -> line("  which costs", cost));
        result.againstRent().ifPresent(each -> line("own hardware against the hourly price", sentence(each)));
        result.againstApi().ifPresent(each -> line("own hardware against the API", sentence(each)));
        result.volume().ifPresent(each -> line("cheaper than the API", sentence(each)));
    }

    private void line(String what, Object value) {
        house.out().printf(Locale.ROOT, "%-40s %s%n", what, value);
    }

    private static String sentence(BreakEven result) {
        return switch (result) {
            case BreakEven.After(double months, double requests, boolean within) ->
                String.format(
                        Locale.ROOT,
                        "cheaper after %.1f months and %,.0f requests%s",
                        months,
                        requests,
                        within ? "" : ", which is beyond its life: it never pays off");
            case BreakEven.From(double requestsPerMonth) ->
                String.format(Locale.ROOT, "from %,.0f requests a month on, loss of value included", requestsPerMonth);
            case BreakEven.Never(String reason) -> "never: " + reason;
        };
    }

    private static Map<String, Object> figures(CostSheet.Result result, List<Price> prices) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("perMillionGenerated", Amount.of(result.perMillionGenerated()));
        figures.put("perMillion", Amount.of(result.request().perMillion()));
        figures.put("perMillionInput", Amount.of(result.request().perMillionInput()));
        figures.put("perMillionOutput", Amount.of(result.request().perMillionOutput()));
        figures.put("perRequest", Amount.of(result.request().perRequest()));
        result.perAccepted().ifPresent(cost -> figures.put("perAccepted", Amount.of(cost)));
        result.apiRequest().ifPresent(cost -> figures.put("apiPerRequest", Amount.of(CostRange.exactly(cost))));
        result.kilowattHours().ifPresent(used -> figures.put("kilowattHoursPerMillion", used));
        result.energyCost().ifPresent(cost -> figures.put("energyPerMillion", Amount.of(cost)));
        result.againstRent().ifPresent(each -> figures.put("ownAgainstHourly", breakEven(each)));
        result.againstApi().ifPresent(each -> figures.put("ownAgainstApi", breakEven(each)));
        result.volume().ifPresent(each -> figures.put("volume", breakEven(each)));
        figures.put("prices", prices.stream().map(Price::toString).toList());
        return figures;
    }

    private static Map<String, Object> breakEven(BreakEven result) {
        Map<String, Object> figures = new LinkedHashMap<>();
        switch (result) {
            case BreakEven.After(double months, double requests, boolean within) -> {
                figures.put("months", months);
                figures.put("requests", requests);
                figures.put("withinLife", within);
            }
            case BreakEven.From(double requestsPerMonth) -> figures.put("requestsPerMonth", requestsPerMonth);
            case BreakEven.Never(String reason) -> figures.put("never", reason);
        }
        return figures;
    }
}
