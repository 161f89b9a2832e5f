package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.tpm.Swtpm;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes and policies by the commands, beside a running server and without one. */
class FleetIT {
    private static final String SECOND = "0a0b0c0d-1111-4222-8333-444455556666";

    @TempDir
    static Path folder;

    private static Installation kekkai;
    private static KekkaiProcess server;

    @BeforeAll
    static void serve() throws Exception {
        kekkai = Installation.withKey(folder);
        Path tenants = Files.createDirectory(folder.resolve("tenants"));
        Files.writeString(tenants.resolve("second.yaml"), "tenant: { id: \"" + SECOND + "\" }\n");
        kekkai.environment("KEKKAI_TENANTS_FOLDER", tenants.toString());
        kekkai.run("node", "enroll", "before", "--ek", ek("0a")).succeeded();
        server = kekkai.serve();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private static String ek(String digits) {
        return "000b" + digits.repeat(32);
    }

    private static JsonNode enrol(String name, String digits) throws Exception {
        return kekkai.run("node", "enroll", name, "--ek", ek(digits), "-o", "json")
                .succeeded()
                .json();
    }

    private static JsonNode nodes(String... more) throws Exception {
        String[] words = new String[4 + more.length];
        System.arraycopy(new String[] {"node", "list", "-o", "json"}, 0, words, 0, 4);
        System.arraycopy(more, 0, words, 4, more.length);
        return kekkai.run(words).succeeded().json().get("nodes");
    }

    private static Path file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void what_was_enrolled_without_a_server_is_known_to_it_and_so_is_what_it_enrols_itself() throws Exception {
        JsonNode enrolled = enrol("cp-1", "01").get("nodes").get(0);

        assertThat(enrolled.get("state").asText()).isEqualTo("ENROLLED");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(nodes().findValuesAsText("name"))
                .contains("before", "cp-1"));
        assertThat(kekkai.audit()).anySatisfy(record -> {
            assertThat(record.get("action").asText()).isEqualTo("node.enroll");
            assertThat(record.get("api").asText()).isEqualTo("admin");
            assertThat(record.get("outcome").asText()).isEqualToIgnoringCase("done");
        });
        assertThat(kekkai.run("node", "show", "cp-1").succeeded().out())
                .contains(ek("01"))
                .contains("the next attestation pins it");
    }

    @Test
    void an_ek_is_enrolled_once_and_comes_back_by_the_operators_word_alone() throws Exception {
        enrol("cp-2", "02");
        assertThat(kekkai.run("node", "enroll", "again", "--ek", ek("02"))
                        .endedWith(1)
                        .err())
                .contains("this EK is enrolled already, for node 'cp-2'");

        kekkai.run("node", "evict", "cp-2").succeeded();
        assertThat(nodes().findValuesAsText("name")).doesNotContain("cp-2");
        assertThat(nodes("--all").findValuesAsText("name")).contains("cp-2");
        assertThat(kekkai.run("node", "enroll", "cp-2", "--ek", ek("02"))
                        .endedWith(1)
                        .err())
                .contains("--after-eviction");
        kekkai.run("node", "enroll", "cp-2", "--ek", ek("02"), "--after-eviction")
                .succeeded();
        assertThat(nodes().findValuesAsText("name")).contains("cp-2");
    }

    @Test
    void a_file_of_many_is_enrolled_at_once_and_a_wrong_line_is_named() throws Exception {
        Path many = file("many.csv", "# delivered\nrack-1, " + ek("11") + "\nrack-2," + ek("12") + ",storage\n");

        kekkai.run("node", "enroll", "--file", many.toString(), "--dry-run").succeeded();
        assertThat(nodes().findValuesAsText("name")).doesNotContain("rack-1");
        kekkai.run("node", "enroll", "--file", many.toString()).succeeded();
        assertThat(nodes().findValuesAsText("name")).contains("rack-1", "rack-2");
        assertThat(kekkai.run(
                                "node",
                                "enroll",
                                "--file",
                                file("wrong.csv", "rack-3\n").toString())
                        .endedWith(2)
                        .err())
                .contains("wrong.csv, line 1: expected NAME,EK or NAME,EK,GROUP");
    }

    @Test
    void a_kernel_upgrade_is_staged_by_the_commands_alone() throws Exception {
        String before = kekkai.run(
                        "policy",
                        "predict",
                        "--manifest",
                        file("old.yaml", manifest("old", "41")).toString())
                .succeeded()
                .out();
        kekkai.run("policy", "add", "staged", file("old.json", before).toString())
                .succeeded();
        kekkai.run("policy", "activate", "staged", "old").succeeded();
        kekkai.run("node", "enroll", "cp-9", "--ek", ek("09"), "--group", "staged")
                .succeeded();
        try (Swtpm swtpm = Swtpm.start()) {
            String place = "unix:" + ((UnixDomainSocketAddress) swtpm.address()).getPath();
            Path identity = file(
                    "identity.json",
                    kekkai.run("node", "identity", "--tpm", place, "-o", "json")
                            .succeeded()
                            .out());

            assertThat(kekkai.run("policy", "diff", "cp-9", "--identity", identity.toString())
                            .endedWith(1)
                            .out())
                    .contains("pcr-zero: PCR 4");
        }
        Path booted = file(
                "booted.json",
                "{\"pcrs\":{\"bank\":\"sha256\",\"values\":{\"4\":\"" + "42".repeat(32) + "\",\"7\":\""
                        + "77".repeat(32) + "\"}}}");
        assertThat(kekkai.run("policy", "diff", "cp-9", "--identity", booted.toString())
                        .endedWith(1)
                        .out())
                .contains("old (ACTIVE): does not hold")
                .contains("found " + "42".repeat(32));

        String next = kekkai.run(
                        "policy",
                        "predict",
                        "--manifest",
                        file("new.yaml", manifest("new", "42")).toString())
                .succeeded()
                .out();
        kekkai.run("policy", "add", "staged", file("new.json", next).toString()).succeeded();
        assertThat(kekkai.run("policy", "diff", "cp-9", "--identity", booted.toString())
                        .endedWith(1)
                        .out())
                .contains("new (PENDING): holds");
        kekkai.run("policy", "activate", "staged", "new").succeeded();
        kekkai.run("policy", "diff", "cp-9", "--identity", booted.toString()).succeeded();
        kekkai.run("policy", "retire", "staged", "old").succeeded();

        assertThat(kekkai.run("policy", "list").succeeded().out()).contains("new ACTIVE, old RETIRED");
        assertThat(kekkai.run("policy", "activate", "staged", "old")
                        .endedWith(1)
                        .err())
                .contains("only a PENDING one becomes ACTIVE");
        assertThat(kekkai.run("policy", "show", "staged").succeeded().err()).contains("no rule pins the firmware");
    }

    private static String manifest(String name, String kernel) {
        return "name: " + name + "\npcrs:\n  - { pcr: 4, values: [\"" + kernel.repeat(32) + "\"] }\n"
                + "  - { pcr: 7, values: [\"" + "77".repeat(32) + "\"] }\n";
    }

    @Test
    void a_second_tenant_has_a_keyring_and_nodes_of_its_own() throws Exception {
        assertThat(kekkai.run("key", "create", "--tenant", "second")
                        .endedWith(6)
                        .err())
                .contains("--new-keyring");
        JsonNode first = kekkai.run("key", "create", "--tenant", "second", "--new-keyring", "-o", "json")
                .succeeded()
                .json();
        assertThat(first.get(0).get("state").asText()).isEqualTo("ACTIVE");
        JsonNode rotated = kekkai.run("key", "rotate", "--tenant", SECOND, "-o", "json")
                .succeeded()
                .json();
        assertThat(rotated.findValuesAsText("state")).contains("ACTIVE");
        assertThat(kekkai.keys()).as("those of the default tenant").hasSize(1);
        assertThat(kekkai.run("key", "list", "--tenant", "second", "-o", "json")
                        .succeeded()
                        .json()
                        .findValuesAsText("state"))
                .containsExactly("RETIRED", "ACTIVE");

        kekkai.run("node", "enroll", "cp-1", "--ek", ek("21"), "--tenant", "second")
                .succeeded();
        assertThat(nodes("--tenant", "second").findValuesAsText("ek")).containsExactly(ek("21"));
        assertThat(kekkai.run("node", "enroll", "stolen", "--ek", ek("21"))
                        .endedWith(1)
                        .err())
                .contains("this EK is enrolled already");
    }

    @Test
    void a_tenant_that_is_not_configured_takes_no_orders() throws Exception {
        assertThat(kekkai.run("node", "enroll", "x", "--ek", ek("0f"), "--tenant", "elsewhere")
                        .endedWith(1)
                        .err())
                .contains("no tenant 'elsewhere' is configured");
        assertThat(kekkai.run("store", "reconcile", "--tenant", "elsewhere")
                        .endedWith(6)
                        .err())
                .contains("no tenant 'elsewhere' is configured");
    }
}
