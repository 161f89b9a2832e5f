package dev.kekkai.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tries the rules on a small house that breaks them, so that a rule which cannot fail is found out. */
class BrokenRulesTest {
    private static final String ROOT = "dev.kekkai.architecture.bad";
    private static final JavaClasses BAD = new ClassFileImporter().importPackages(ROOT);
    private static final Floors FLOORS = new Floors(ROOT);
    private static final HouseRules HOUSE = new HouseRules(ROOT);

    @Test
    void an_edge_that_imports_another_is_found_and_the_other_is_not_blamed() {
        assertThat(violations(FLOORS.edgeKnowsNoOtherEdge("kms"))).isNotEmpty().allMatch(says("CallsAnotherEdge"));
        assertThat(violations(FLOORS.edgeKnowsNoOtherEdge("admin"))).isEmpty();
    }

    @Test
    void a_service_that_speaks_grpc_is_found() {
        assertThat(violations(FLOORS.servicesKnowNoFramework())).isNotEmpty().allMatch(says("SpeaksGrpc"));
    }

    @Test
    void a_port_that_knows_a_service_is_found() {
        assertThat(violations(FLOORS.portsDependOnPortsAndValuesOnly()))
                .isNotEmpty()
                .allMatch(says("KnowsAService"));
    }

    @Test
    void an_adapter_used_past_its_port_is_found() {
        assertThat(violations(FLOORS.adapterIsKnownToTheCompositionRootOnly("custody.pkcs11")))
                .isNotEmpty()
                .allMatch(says("OpensTheTokenItself"));
    }

    @Test
    void sql_outside_the_store_is_found() {
        assertThat(violations(FLOORS.onlyTheStoreSpeaksSql())).isNotEmpty().allMatch(says("AsksTheDatabase"));
    }

    @Test
    void http_outside_the_admin_api_is_found() {
        assertThat(violations(FLOORS.onlyTheAdminApiSpeaksHttp())).isNotEmpty().allMatch(says("AnswersHttp"));
    }

    @Test
    void a_value_that_stands_on_a_port_is_found_unless_it_may() {
        assertThat(violations(FLOORS.standsOn("id"))).isNotEmpty().allMatch(says("KnowsAPort"));
        assertThat(violations(FLOORS.standsOn("id", "dek"))).isEmpty();
    }

    @Test
    void a_judge_that_asks_the_tpm_is_found_and_the_prover_is_not_blamed() {
        assertThat(violations(FLOORS.theJudgeReachesNoTpm())).isNotEmpty().allMatch(says("AsksTheTpm"));
    }

    @Test
    void a_service_that_knows_generated_code_is_found() {
        assertThat(violations(FLOORS.generatedCodeIsKnownToEdgesOnly()))
                .isNotEmpty()
                .allMatch(says("ReadsTheWire"));
    }

    @Test
    void a_cycle_is_found() {
        assertThat(violations(FLOORS.packagesHaveNoCycles())).hasSize(1).allMatch(says("SpeaksGrpc"));
    }

    @Test
    void reflection_and_service_loaders_are_found() {
        assertThat(violations(HOUSE.nothingIsFoundByReflection()))
                .allMatch(says("LooksUpByName"))
                .anyMatch(says("forName"))
                .anyMatch(says("ServiceLoader"));
    }

    @Test
    void printing_is_found() {
        assertThat(violations(HOUSE.onlyTheCommandLinePrints())).hasSize(1).allMatch(says("QueueHelper"));
    }

    @Test
    void unbounded_pools_and_queues_are_found_and_bounded_ones_are_not() {
        assertThat(violations(HOUSE.queuesAndPoolsAreBounded()))
                .hasSize(2)
                .anyMatch(says("newCachedThreadPool"))
                .anyMatch(says("LinkedBlockingQueue.<init>()"));
    }

    @Test
    void a_name_that_says_nothing_is_found() {
        assertThat(violations(HOUSE.namesSayWhatAThingIs())).hasSize(1).allMatch(says("QueueHelper"));
    }

    @Test
    void randomness_and_libraries_in_static_initialisers_are_found_with_the_way_there() {
        assertThat(violations(new BuildTimeInitialisation(ROOT).staticInitialisersReachNothingOutside()))
                .anySatisfy(way -> assertThat(way)
                        .containsSubsequence("RandomAtBuildTime.<clinit>()", "draw", "Source.bytes()", "SecureRandom"))
                .anyMatch(says("System.loadLibrary"))
                .noneMatch(way -> way.startsWith(ROOT + ".frozen.Dice"));
    }

    @Test
    void a_package_without_a_description_is_found(@TempDir Path sources) throws IOException {
        Path described = Files.createDirectories(sources.resolve("described"));
        Path bare = Files.createDirectories(sources.resolve("bare"));
        Files.writeString(
                described.resolve("package-info.java"), "/** What for. */\n@NullMarked\npackage described;\n");
        Files.writeString(bare.resolve("Thing.java"), "package bare;\n");

        assertThat(PackageInfos.missing(sources)).containsExactly(bare);
    }

    private static List<String> violations(ArchRule rule) {
        return rule.evaluate(BAD).getFailureReport().getDetails();
    }

    private static java.util.function.Predicate<String> says(String text) {
        return detail -> detail.contains(text);
    }
}
