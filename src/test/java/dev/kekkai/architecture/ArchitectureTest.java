package dev.kekkai.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.kekkai");
    private static final Floors FLOORS = new Floors("dev.kekkai");
    private static final HouseRules HOUSE = new HouseRules("dev.kekkai");

    @Test
    void our_classes_are_there_to_be_judged_and_the_tests_are_not() {
        assertThat(OURS.contain("dev.kekkai.envelope.Envelope")).isTrue();
        assertThat(OURS.contain(ArchitectureTest.class)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("dev.kekkai.architecture.Floors#edges")
    void edges_do_not_import_each_other(String edge) {
        FLOORS.edgeKnowsNoOtherEdge(edge).check(OURS);
    }

    @Test
    void services_know_no_framework() {
        FLOORS.servicesKnowNoFramework().check(OURS);
    }

    @Test
    void ports_depend_on_ports_and_values_only() {
        FLOORS.portsDependOnPortsAndValuesOnly().check(OURS);
    }

    @ParameterizedTest
    @MethodSource("dev.kekkai.architecture.Floors#adapters")
    void adapters_are_known_to_the_composition_root_only(String adapter) {
        FLOORS.adapterIsKnownToTheCompositionRootOnly(adapter).check(OURS);
    }

    @Test
    void names_and_secrets_stand_on_nothing_and_the_format_on_these() {
        FLOORS.standsOn("id").check(OURS);
        FLOORS.standsOn("secret").check(OURS);
        FLOORS.standsOn("envelope", "id", "secret").check(OURS);
        FLOORS.standsOn("config", "envelope", "id").check(OURS);
        FLOORS.standsOn("attestation", "tpm", "secret", "files").check(OURS);
        FLOORS.standsOn("tpm", "secret").check(OURS);
    }

    @Test
    void who_judges_a_tpm_reaches_none() {
        FLOORS.theJudgeReachesNoTpm().check(OURS);
    }

    @Test
    void authority_stands_on_ports_and_only_the_store_speaks_sql() {
        FLOORS.authorityStandsOnPorts().check(OURS);
        FLOORS.onlyTheStoreSpeaksSql().check(OURS);
    }

    @Test
    void only_the_admin_api_speaks_http() {
        FLOORS.onlyTheAdminApiSpeaksHttp().check(OURS);
    }

    @Test
    void generated_code_is_known_to_edges_only() {
        FLOORS.generatedCodeIsKnownToEdgesOnly().check(OURS);
    }

    @Test
    void packages_have_no_cycles() {
        FLOORS.packagesHaveNoCycles().check(OURS);
    }

    @Test
    void nothing_is_found_by_reflection() {
        HOUSE.nothingIsFoundByReflection().check(OURS);
    }

    @Test
    void only_the_command_line_prints() {
        HOUSE.onlyTheCommandLinePrints().check(OURS);
    }

    @Test
    void queues_and_pools_are_bounded() {
        HOUSE.queuesAndPoolsAreBounded().check(OURS);
    }

    @Test
    void names_say_what_a_thing_is() {
        HOUSE.namesSayWhatAThingIs().check(OURS);
    }

    @Test
    void static_initialisers_reach_nothing_outside() {
        new BuildTimeInitialisation("dev.kekkai")
                .staticInitialisersReachNothingOutside()
                .check(OURS);
    }

    @Test
    void each_package_says_what_it_is_for_and_is_null_marked() throws IOException {
        assertThat(PackageInfos.missing(Path.of("src/main/java"))).isEmpty();
    }
}
