package io.stoa.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The arrows of the floor plan, as tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    /** So that a wrong import path cannot make every rule hold. */
    private static final int SEEN_AT_LEAST = 180;

    private static final List<String> PILLARS = List.of("benchmark", "hardware", "license", "integration");

    private JavaClasses house;

    @BeforeAll
    void read() {
        house = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.stoa");
    }

    @Test
    void theTestSeesTheHouse() {
        assertThat(house.size()).isGreaterThan(SEEN_AT_LEAST);
        for (String room : List.of("model", "engine", "inspect", "store", "assess", "cli")) {
            assertThat(house.stream().anyMatch(type -> type.getPackageName().startsWith("io.stoa." + room)))
                    .as(room)
                    .isTrue();
        }
    }

    @Test
    void arrowsPointDownOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.stoa..")
                .layer("model")
                .definedBy("io.stoa.model..")
                .layer("engine")
                .definedBy("io.stoa.engine..")
                .layer("benchmark")
                .definedBy("io.stoa.benchmark..")
                .layer("hardware")
                .definedBy("io.stoa.hardware..")
                .layer("license")
                .definedBy("io.stoa.license..")
                .layer("inspect")
                .definedBy("io.stoa.inspect..")
                .layer("integration")
                .definedBy("io.stoa.integration..")
                .layer("store")
                .definedBy("io.stoa.store..")
                .layer("assess")
                .definedBy("io.stoa.assess..")
                .layer("gateway")
                .definedBy("io.stoa.gateway..")
                .layer("console")
                .definedBy("io.stoa.console..")
                .layer("edge")
                .definedBy("io.stoa.edge..")
                .layer("cli")
                .definedBy("io.stoa.cli..")
                .whereLayer("model")
                .mayNotAccessAnyLayer()
                .whereLayer("engine")
                .mayOnlyAccessLayers("model")
                .whereLayer("benchmark")
                .mayOnlyAccessLayers("model", "engine")
                .whereLayer("hardware")
                .mayOnlyAccessLayers("model", "engine")
                .whereLayer("license")
                .mayOnlyAccessLayers("model", "engine")
                .whereLayer("inspect")
                .mayOnlyAccessLayers("model", "engine")
                .whereLayer("integration")
                .mayOnlyAccessLayers("model", "engine", "store")
                .whereLayer("store")
                .mayOnlyAccessLayers("model")
                .whereLayer("assess")
                .mayOnlyAccessLayers(
                        "model", "engine", "benchmark", "hardware", "license", "inspect", "integration", "store")
                .whereLayer("gateway")
                .mayOnlyAccessLayers("model", "engine", "store")
                .whereLayer("console")
                .mayOnlyAccessLayers("model", "store", "gateway")
                .whereLayer("console")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("edge")
                .mayOnlyAccessLayers("model", "engine", "hardware", "store")
                .whereLayer("edge")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .check(house);
    }

    @Test
    void thePillarsNeverMeet() {
        for (String pillar : PILLARS) {
            String[] others = PILLARS.stream()
                    .filter(other -> !other.equals(pillar))
                    .map(other -> "io.stoa." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.stoa." + pillar + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(house);
        }
    }

    @Test
    void theModelKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("io.stoa.model..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.stoa.model..", "java..", "org.jspecify..")
                .check(house);
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        slices().matching("io.stoa.(**)").should().beFreeOfCycles().check(house);
    }

    @Test
    void onlyTheCommandLineEndsTheProcessOrPrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.stoa.cli..")
                .and()
                // A program of its own: its streams are how it speaks with the process that started it.
                .doNotHaveSimpleName("ParsingMain")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(house);
    }

    @Test
    void everyPackageIsNullMarked() throws Exception {
        Path root = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> folders = files.filter(path -> path.toString().contains("/src/main/java/io/stoa/"))
                    .filter(path -> path.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .toList();
            assertThat(folders).hasSizeGreaterThan(8);
            for (Path folder : folders) {
                Path info = folder.resolve("package-info.java");
                assertThat(info).as("every package says what it is for").exists();
                assertThat(Files.readString(info)).as(info.toString()).contains("@" + NullMarked.class.getSimpleName());
            }
        }
    }
}
