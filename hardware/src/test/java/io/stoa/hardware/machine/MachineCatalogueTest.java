package io.stoa.hardware.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.hardware.input.YamlPart;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineCatalogueTest {
    private static final MachineCatalogue SHIPPED = MachineCatalogue.shipped();

    @TempDir
    private Path folder;

    @Test
    void theShippedMachinesHaveSourcesAndNoPrices() {
        assertThat(SHIPPED.all()).hasSizeGreaterThan(25).allSatisfy(machine -> {
            assertThat(machine.source()).isNotBlank();
            assertThat(machine.hourly()).isEmpty();
            assertThat(machine.bandwidth()).isPresent();
        });
        assertThat(SHIPPED.get("h100 sxm").peak(Precision.FP16)).hasValue(989e12);
        assertThat(SHIPPED.get("Apple M4 Max").usualPeak()).isEmpty();
        assertThatThrownBy(() -> SHIPPED.get("RTX 4900"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("did you mean RTX");
    }

    @Test
    void aMachineOfOnesOwnBeginsWithAKnownOne() {
        MachineType machine = read("""
            machines:
              - name: my box
                like: RTX 4090
                devices: 2
                hourly-per-device: {amount: 0.69 USD, date: 2026-11-01, source: our price list}
            """).get("my box");
        assertThat(machine.bandwidth()).isEqualTo(SHIPPED.get("RTX 4090").bandwidth());
        assertThat(machine.devices()).isEqualTo(2);
        assertThat(machine.hourly().orElseThrow()).hasToString("0.69 USD (2026-11-01, our price list)");
    }

    private static MachineCatalogue read(String yaml) {
        return SHIPPED.with(YamlPart.parse("m.yaml", yaml));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "memory: 80 MB|m.yaml:4:13: memory: 80 MB is not believed: a gpu has between",
                "memory: 80|m.yaml:4:13: memory: '80' is not a number with a unit of B, MB, GB",
                "memory: 80 GB; bandwidth: 3350 MB/s|bandwidth: 3350 MB/s is not believed",
                "memory: 80 GB; bandwidth: 3350000 GB/s|3350000 GB/s is not believed",
                "memory: 80 GB; bandwidth: 33 GB/s|which no such machine does; is one of the units wrong?",
                "memory: 80 GB; power: 700 kW|power: 700 kW is not believed",
                "memory: 80 GB; compute: {fp16: 989000 PFLOPS}|fp16: 989000 PFLOPS is not believed",
                "memory: 80 GB; memroy: 3|the key memroy is not known; did you mean memory?",
                "memory: 80 GB; hourly-per-device: {amount: 1000000 USD, date: 2026-01-01, source: x}|is not believed as the"
                        + " price of an hour",
                "memory: 80 GB; hourly: {amount: 1 USD, date: 2026-01-01, source: x}|hourly: the price of one device is asked for: write hourly-per-device",
                "memory: 80 GB; purchase: {amount: 1 USD, date: 2026-01-01, source: x}|write purchase-per-device",
                "memory: 80 GB; hourly-per-device: {amount: -1 USD, date: 2026-01-01, source: x}|'-1 USD' is not an amount",
                "memory: 80 GB; hourly-per-device: {amount: 1 XQQ, date: 2026-01-01, source: x}|XQQ is not a currency",
                "memory: 80 GB; hourly-per-device: {amount: 1 USD, date: yesterday, source: x}|yesterday is not a date",
                "memory: 80 GB; hourly-per-device: {amount: 1 USD, date: 2026-01-01}|the key source is missing",
                "memory: 80 GB; devices: 1.5|1.5 is not a whole number",
                "memory: NaN GB|is not a number with a unit",
                "bandwidth: 100 GB/s|the key memory is missing",
            })
    void figuresThatNobodyBelievesAreRefusedWithTheirPlace(String fields, String message) {
        String yaml =
                "machines:\n  - name: x\n    kind: gpu\n    " + fields.replace("; ", "\n    ") + "\n    source: y\n";
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(StoaException.class)
                .hasMessageStartingWith("m.yaml:")
                .hasMessageContaining(message);
    }

    @Test
    void hostileFilesEndInASentence() throws IOException {
        assertThatThrownBy(() -> read("a: " + "[".repeat(5000))).hasMessageContaining("nested more than 20 deep");
        assertThatThrownBy(() -> read("a: &x [1]\nb: *x")).hasMessageContaining("m.yaml:2:4: aliases are not read");
        assertThatThrownBy(() -> read("machines: {a: b}")).hasMessageContaining("m.yaml:1:");
        assertThatThrownBy(() -> read("a: b\na: c")).hasMessageContaining("m.yaml:2:1: the key a is given twice");
        assertThatThrownBy(() -> read("")).hasMessageContaining("the file is empty");
        Path binary = folder.resolve("binary.yaml");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThatThrownBy(() -> SHIPPED.with(binary)).isInstanceOf(StoaException.class);
    }
}
