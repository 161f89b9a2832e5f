package dev.kekkai.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which package may know which: edges above services above ports, and adapters that only the composition root knows.
 *
 * @param root the package under which the floors lie, so that the rules can be tried on a house that breaks them
 */
record Floors(String root) {
    private static final List<String> EDGES = List.of("kms", "gateway", "agent", "admin", "cli");
    private static final List<String> SERVICES = List.of(
            "keyring", "authority", "batching", "attestation", "fleet", "identity", "approval", "audit", "cluster");
    private static final List<String> ADAPTERS = List.of(
            "custody.pkcs11", "custody.tpm", "store.sql", "audit.file", "audit.syslog", "audit.otlp", "authority.file");
    private static final String[] THE_LANGUAGE = {"java..", "javax..", "org.jspecify.."};

    ArchRule edgeKnowsNoOtherEdge(String edge) {
        return noClasses()
                .that()
                .resideInAPackage(within(edge))
                .should()
                .dependOnClassesThat(resideInAnyPackage(within(EDGES.stream().filter(other -> !other.equals(edge)))))
                .allowEmptyShould(true);
    }

    static List<String> edges() {
        return EDGES;
    }

    ArchRule servicesKnowNoFramework() {
        return noClasses()
                .that(resideInAnyPackage(within(SERVICES.stream()))
                        .and(resideOutsideOfPackages(within(ADAPTERS.stream()))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..",
                        "io.grpc..",
                        "io.netty..",
                        "io.vertx..",
                        "io.smallrye..",
                        "jakarta.ws.rs..",
                        "org.jboss.resteasy..")
                .allowEmptyShould(true);
    }

    ArchRule portsDependOnPortsAndValuesOnly() {
        String[] ports = {within("dek"), within("envelope"), root + ".custody", root + ".store"};
        return classes()
                .that()
                .resideInAnyPackage(ports)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(THE_LANGUAGE)
                        .or(resideInAnyPackage(ports))
                        .or(resideInAnyPackage(within("id"), within("secret"))))
                .allowEmptyShould(true);
    }

    ArchRule adapterIsKnownToTheCompositionRootOnly(String adapter) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(within(adapter), within("app"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(within(adapter))
                .allowEmptyShould(true);
    }

    static List<String> adapters() {
        return ADAPTERS;
    }

    /**
     * {@code id} and {@code secret} stand on nothing, {@code envelope} on these, {@code config} on the names it gives keys, {@code tpm} on
     * {@code secret} alone.
     */
    ArchRule standsOn(String name, String... below) {
        return noClasses()
                .that()
                .resideInAPackage(within(name))
                .should()
                .dependOnClassesThat(resideInAPackage(within(""))
                        .and(resideOutsideOfPackages(within(Stream.concat(Stream.of(name), Stream.of(below))))))
                .allowEmptyShould(true);
    }

    /** What is believed of a store is decided without any I/O but through ports, so that the decision can be tried alone. */
    ArchRule authorityStandsOnPorts() {
        return standsOn("authority", "store", "custody", "envelope", "id", "secret", "files");
    }

    /** Nothing reads or writes a database but its adapter. */
    ArchRule onlyTheStoreSpeaksSql() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(within("store.sql"))
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "org.sqlite..")
                        .or(resideInAnyPackage("org.flywaydb..", "io.agroal..")))
                .allowEmptyShould(true);
    }

    /** Who judges what a TPM said has it as bytes; only the prover talks to one. */
    ArchRule theJudgeReachesNoTpm() {
        return noClasses()
                .that(resideInAPackage(within("attestation"))
                        .and(resideOutsideOfPackages(within("attestation.prover"))))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(within(Stream.of("tpm.command", "tpm.session", "tpm.transport"))))
                .allowEmptyShould(true);
    }

    /** HTTP ends at the edge that speaks it, where it is mapped once. */
    ArchRule onlyTheAdminApiSpeaksHttp() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(within("admin.rest"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.ws.rs..", "org.jboss.resteasy..", "io.quarkus.oidc..")
                .allowEmptyShould(true);
    }

    ArchRule generatedCodeIsKnownToEdgesOnly() {
        return noClasses()
                .that(resideInAPackage(within(""))
                        .and(resideOutsideOfPackages(within(Stream.concat(Stream.of("wire", "app"), EDGES.stream())))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(within("wire"))
                .allowEmptyShould(true);
    }

    ArchRule packagesHaveNoCycles() {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true);
    }

    private String within(String name) {
        return name.isEmpty() ? root + ".." : root + "." + name + "..";
    }

    private String[] within(Stream<String> names) {
        return names.map(this::within).toArray(String[]::new);
    }
}
