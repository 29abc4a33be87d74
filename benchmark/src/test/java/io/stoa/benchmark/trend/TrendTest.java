package io.stoa.benchmark.trend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.benchmark.gate.ResultsFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrendTest {
    @TempDir
    private Path folder;

    private final List<String> notices = new ArrayList<>();

    private Trend trend(Path... places) {
        return Trend.of(List.of(places), Optional.empty(), Optional.empty(), notices::add);
    }

    private void runs(String error, double... values) throws IOException {
        for (int i = 0; i < values.length; i++) {
            String date = String.format(Locale.ROOT, "2025-03-%02dT10-00-00.5", i + 1);
            ResultsFolders.withNumbers(folder, "m" + i, date, "task", "acc", Double.toString(values[i]), error, 1000);
        }
    }

    /** Null series of several lengths: at most 5 % may show a change. */
    @Test
    void seriesWithoutAChangeRarelyShowOne() {
        int runs = 2000;
        for (boolean alike : new boolean[] {true, false}) {
            int alarms = 0;
            for (int run = 0; run < runs; run++) {
                SplittableRandom random = new SplittableRandom(run);
                int length = 2 + run % 19;
                double[] values = new double[length];
                double[] errors = new double[length];
                for (int i = 0; i < length; i++) {
                    int n = alike ? 400 : 200 + random.nextInt(800);
                    int right = 0;
                    for (int item = 0; item < n; item++) {
                        right += random.nextDouble() < 0.7 ? 1 : 0;
                    }
                    values[i] = (double) right / n;
                    errors[i] = Math.sqrt(values[i] * (1 - values[i]) / (n - 1));
                }
                alarms +=
                        new ChangePoints(0.05, 1, run).in(values, errors, alike).isEmpty() ? 0 : 1;
            }
            double rate = alarms / (double) runs;
            System.out.printf(
                    Locale.ROOT, "change points in null series, alike %s: %.2f %% of %d%n", alike, 100 * rate, runs);
            assertThat(rate)
                    .as("seeds 0 to %d, alike %s", runs - 1, alike)
                    .isLessThanOrEqualTo(0.05 + 3 * Math.sqrt(0.05 * 0.95 / runs));
        }
    }

    @Test
    void aDropIsFoundWithItsDateAndSize() throws IOException {
        runs("0.014", .701, .699, .703, .700, .698, .622, .618, .621, .619, .620);
        Trend.Series series = trend(folder).series().getFirst();
        assertThat(series.changes()).hasSize(1);
        Trend.Change change = series.changes().getFirst();
        assertThat(change.at().date()).hasToString("2025-03-06T10:00:00.500");
        assertThat(change.at().model()).isEqualTo("m5");
        assertThat(change.size()).isEqualTo(-0.0802, within(1e-9));
        assertThat(change.p()).isLessThan(0.05);
        assertThat(series.unknown()).isEmpty();
    }

    @Test
    void twoRunsFarApartAreAChange() throws IOException {
        runs("0.01", .7, .5);
        assertThat(trend(folder).series().getFirst().changes()).hasSize(1);
    }

    @Test
    void aSmallDropStandsOutOfLittleScatter() throws IOException {
        // Far within the standard errors, as reruns on the same documents are.
        runs("0.014", .7001, .6999, .7003, .7000, .6998, .7002, .6901, .6899, .6902, .6898, .6900, .6903);
        assertThat(trend(folder).series().getFirst().changes())
                .extracting(change -> change.at().model())
                .containsExactly("m6");
    }

    @Test
    void twoChangesAreBothFound() {
        double[] values = new double[30];
        double[] errors = new double[30];
        Arrays.fill(errors, 0.01);
        for (int i = 0; i < 30; i++) {
            values[i] = (i < 10 || i >= 20 ? 0.7 : 0.6) + (i % 2 == 0 ? 0.002 : -0.002);
        }
        assertThat(new ChangePoints(0.05, 1, 1).in(values, errors, true))
                .extracting(ChangePoints.Found::at)
                .containsExactly(10, 20);
    }

    @Test
    void identicalRunsNeverChange() throws IOException {
        double[] values = new double[20];
        Arrays.fill(values, 0.7);
        runs("0.014", values);
        assertThat(trend(folder).series().getFirst().changes()).isEmpty();
    }

    @Test
    void withoutStandardErrorsItIsUnknown() throws IOException {
        runs("\"N/A\"", .7, .2, .7);
        Trend.Series series = trend(folder).series().getFirst();
        assertThat(series.changes()).isEmpty();
        assertThat(series.unknown().orElseThrow()).contains("standard error");
    }

    @Test
    void filesInTimeOrderOnceEach() throws IOException {
        runs("0.01", .7, .71, .72);
        ResultsFolders.withNumbers(
                folder.resolve("z"), "m", "2025-03-02T10-00-00.5", "task", "acc", "0.715", "0.01", 1000);
        Trend trend = trend(folder, folder.resolve("z"), folder);
        assertThat(trend.files()).isEqualTo(4);
        assertThat(trend.series().getFirst().points())
                .extracting(Trend.Point::value)
                .containsExactly(.7, .71, .715, .72);
        assertThat(notices).singleElement().asString().contains("the same date");
    }

    @Test
    void hostileFoldersAreRefused() throws IOException {
        assertThatThrownBy(() -> trend(Files.createDirectories(folder.resolve("empty"))))
                .hasMessageContaining("results_DATE.json");
        runs("0.01", .7, .71);
        assertThatThrownBy(() -> Trend.of(List.of(folder), Optional.of("acc_nrom"), Optional.empty(), notices::add))
                .hasMessageContaining("did you mean acc_norm?");
        assertThatThrownBy(() -> Trend.of(List.of(folder), Optional.empty(), Optional.of("taks"), notices::add))
                .hasMessageContaining("did you mean task?");
        Path undated =
                Files.writeString(folder.resolve("results.json"), "{\"results\": {\"task\": {\"acc,none\": 0.5}}}");
        assertThatThrownBy(() -> trend(folder)).hasMessageContaining(undated + ": has no date");
    }
}
