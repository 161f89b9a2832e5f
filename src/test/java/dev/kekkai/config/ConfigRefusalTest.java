package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and that each refusal names file, line, column and key and says what to do. */
class ConfigRefusalTest {
    private static final String CUSTODY = "  custody: { profile: softhsm, pkcs11: { allow-soft-token: true } }\n";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("kekkai.yaml");
    }

    @Test
    void an_unknown_key_is_refused_with_the_nearest_of_its_section() throws Exception {
        assertThat(refusals("kekkai:\n  kms:\n    sokcet: /run/a.sock\n" + CUSTODY))
                .containsExactly(file + ":3:5: kms.sokcet: unknown key; did you mean \"socket\"?"
                        + " known here: socket, socket-mode, socket-group");
    }

    @Test
    void an_unknown_key_that_another_section_has_is_sent_there() throws Exception {
        assertThat(refusals("kekkai:\n  kms:\n    port: 9000\n" + CUSTODY))
                .containsExactly(file + ":3:5: kms.port: unknown key; \"port\" belongs to the section \"management\";"
                        + " known here: socket, socket-mode, socket-group");
    }

    @Test
    void an_unknown_section_and_an_unknown_root_are_refused() throws Exception {
        assertThat(refusals("kekkai:\n  storage: { path: /a }\n" + CUSTODY))
                .singleElement()
                .asString()
                .startsWith(
                        file + ":2:3: storage: unknown key; did you mean \"store\"? known here: role, kms, custody");
        assertThat(refusals("kekai:\n" + CUSTODY))
                .containsExactly(file + ":1:1: kekai: unknown key; this file has one top-level key, \"kekkai\"");
    }

    /** By defaults too: 16 may be written off. */
    @Test
    void fewer_threads_to_spare_than_sessions_are_refused() throws Exception {
        String section = "kekkai:\n  custody: { profile: softhsm, pkcs11: { allow-soft-token: true, ";

        assertThat(refusals(section + "sessions: 17 } }\n"))
                .containsExactly(file
                        + ":2:76: custody.pkcs11.max-stuck: is 16, and custody.pkcs11.sessions is 17: when all sessions hang once, no thread could"
                        + " be replaced and /livez would fail; set it to twice the number of sessions, 34");
        assertThat(refusals(section + "sessions: 4, max-stuck: 3 } }\n"))
                .singleElement()
                .asString()
                .contains("custody.pkcs11.max-stuck: is 3, and custody.pkcs11.sessions is 4");
    }

    @Test
    void all_problems_are_told_at_once() throws Exception {
        List<String> refusals =
                refusals("kekkai:\n  role: proxy\n  kms: { socket: a.sock }\n  management: { port: 70000 }\n");

        assertThat(refusals)
                .containsExactly(
                        file + ":2:9: role: expected agent or gateway or standalone, found proxy; correct the value",
                        file
                                + ":3:18: kms.socket: expected an absolute path of at most 103 bytes (what a unix socket"
                                + " can be bound to), not named admin.sock, which is the admin socket beside it, found something else; correct the value",
                        file
                                + ": custody.profile: is missing and has no default; give the name of a bundled profile (a-z, 0-9, -) or"
                                + " the absolute path of one",
                        file
                                + ":4:23: management.port: expected a whole number from 0 to 65535, found 70000; correct the value");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kms: { socket: [a] }                     | 2:18 | kms.socket                     | found a list",
                "kms: { socket: { a: b } }                | 2:18 | kms.socket                     | found a section",
                "kms: { socket: }                         | 2:17 | kms.socket                     | found nothing; give a value",
                "kms: { socket-mode: 0600 }               | 2:23 | kms.socket-mode                | found a number; put it in double quotes",
                "kms: { socket-mode: '0666' }             | 2:23 | kms.socket-mode                | found 0666",
                "kms: { socket-mode: '0400' }             | 2:23 | kms.socket-mode                | found 0400",
                "kms: { socket-group: yes }               | 2:24 | kms.socket-group               | found a boolean",
                "kms: text                                | 2:8  | kms                            | expected a section, found text",
                "batching: { mode: never }                | 2:21 | batching.mode                  | expected auto or off, found never",
                "batching: { max: 0 }                     | 2:20 | batching.max                   | a whole number from 1 to 1024",
                "batching: { max: 1025 }                  | 2:20 | batching.max                   | a whole number from 1 to 1024, found 1025",
                "batching: { lanes: 65 }                  | 2:22 | batching.lanes                 | a whole number from 1 to 64, found 65",
                "store: { path: var/a.db }                | 2:18 | store.path                     | an absolute path",
                "store: { type: mysql }                   | 2:18 | store.type                     | postgresql or sqlite",
                "store: { postgresql: { url: 'jdbc:postgresql://u:p@h/d' } } | 2:31 | store.postgresql.url | without a user, a password or options",
                "store: { postgresql: { url: 'jdbc:postgresql://h/d?password=p' } } | 2:31 | store.postgresql.url | without a user, a password or options",
                "store: { postgresql: { tls: require } }  | 2:31 | store.postgresql.tls           | off or verify-ca or verify-full",
                "store: { postgresql: { user: 'a b' } }   | 2:32 | store.postgresql.user          | the name of a role",
                "management: { address: kekkai.dev }      | 2:26 | management.address             | a literal IP address or localhost",
                "management: { port: '9000' }             | 2:23 | management.port                | found text",
                "management: { port: -1 }                 | 2:23 | management.port                | found -1",
                "management: { port: 0x50 }               | 2:23 | management.port                | expected a whole number",
                "role: proxy                              | 2:9  | role                           | found proxy",
                "role: !mine standalone                   | 2:9  | role                           | found a value with a YAML tag",
                "role: &a standalone                      | 2:9  | role                           | has a YAML anchor",
                "store: &a { path: /a }                   | 2:10 | store                          | has a YAML anchor",
            })
    void a_value_that_does_not_fit_is_refused_at_its_place(String line, String place, String key, String said)
            throws Exception {
        assertThat(refusals("kekkai:\n  " + line + "\n" + CUSTODY))
                .singleElement()
                .asString()
                .startsWith(file + ":" + place + ": " + key + ": ")
                .contains(said);
    }

    @Test
    void postgresql_needs_a_url_and_what_its_certificate_is_checked_with() throws Exception {
        assertThat(refusals("kekkai:\n  store: { type: postgresql }\n" + CUSTODY))
                .hasSize(2)
                .anyMatch(said -> said.contains("store.postgresql.url: is missing, and store.type is postgresql"))
                .anyMatch(said -> said.contains("store.postgresql.tls-ca-file: is missing")
                        && said.contains("store.postgresql.tls: off"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65", "-1", "1.5", "08"})
    void sessions_are_1_to_64(String sessions) throws Exception {
        assertThat(refusals("kekkai: { custody: { profile: softhsm, pkcs11: { allow-soft-token: true, sessions: "
                        + sessions + " } } }"))
                .singleElement()
                .asString()
                .contains("custody.pkcs11.sessions: expected a whole number from 1 to 64, found ");
    }

    @Test
    void a_key_given_twice_is_refused_at_the_second() throws Exception {
        assertThat(refusals("kekkai:\n  role: standalone\n  role: standalone\n" + CUSTODY))
                .containsExactly(file + ":3:3: role: given twice; remove one of them");
    }

    @Test
    void an_alias_to_a_section_is_refused_with_its_anchor() throws Exception {
        assertThat(refusals("kekkai:\n" + CUSTODY + "  kms: &a { socket: /run/a }\n  store: *a\n"))
                .contains(file + ":3:8: kms: has a YAML anchor; write the value out, without & and *");
    }

    @Test
    void a_software_token_must_be_acknowledged() throws Exception {
        assertThat(refusals("kekkai:\n  custody:\n    profile: softhsm\n"))
                .containsExactly(file
                        + ":3:14: custody.pkcs11.allow-soft-token: the profile softhsm is a software token: its keys lie in"
                        + " files on this host, and root, a copy of its disk or a backup of it can read them, so that it protects"
                        + " nothing that an HSM protects; use an HSM, or say that you know it with allow-soft-token: true (tests"
                        + " and trials)");
    }

    @Test
    void what_could_be_a_pin_is_never_repeated() throws Exception {
        List<String> refusals = refusals("""
                kekkai:
                  custody:
                    profile: softhsm
                    pkcs11:
                      allow-soft-token: true
                      pin-file: hunter2
                      token: "hunter2hunter2hunter2hunter2hunter2"
                      pin: hunter2
                """);

        assertThat(refusals).hasSize(3).noneMatch(text -> text.contains("hunter2"));
        assertThat(refusals("kekkai:\n  custody:\n    pkcs11:\n      pin-file: *hunter2\n"))
                .containsExactly(file + ":4:17: is not valid YAML; check indentation, quotes and tabs there");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "KEKKAI_KMS_SOKCET            | did you mean KEKKAI_KMS_SOCKET? Unset it otherwise",
                "KEKKAI_PIN                   | unset it",
                "KEKKAI_SERVICE_HOST          | set enableServiceLinks: false",
                "KEKKAI_PORT_9000_TCP_ADDR    | set enableServiceLinks: false",
            })
    void an_unknown_variable_is_refused(String variable, String remedy) throws Exception {
        Files.writeString(file, "kekkai:\n" + CUSTODY);

        assertThat(refusals(Map.of(variable, "hunter2")))
                .singleElement()
                .asString()
                .startsWith("environment variable " + variable + ": no key has this variable; ")
                .contains(remedy)
                .doesNotContain("hunter2");
    }

    @Test
    void a_variable_that_does_not_fit_is_named() throws Exception {
        Files.writeString(file, "kekkai:\n" + CUSTODY);

        assertThat(refusals(Map.of("KEKKAI_MANAGEMENT_PORT", "many")))
                .containsExactly(
                        "environment variable KEKKAI_MANAGEMENT_PORT: management.port: expected a whole number from 0 to"
                                + " 65535, found something else; correct the value");
    }

    @Test
    void what_is_not_one_small_yaml_document_is_refused() throws Exception {
        assertThat(refusals("kekkai:\n  kms: [\n")).singleElement().asString().contains(":3:1: is not valid YAML");
        assertThat(refusals("kekkai: {}\n---\nkekkai: {}\n"))
                .singleElement()
                .asString()
                .contains("is not valid YAML");
        assertThat(refusals("[".repeat(2000))).singleElement().asString().contains("is not valid YAML");
        assertThat(refusals("#".repeat(64 * 1024 + 1)))
                .containsExactly(file + ": is larger than 64 KiB; is it the right file?");
        Files.write(file, "kekkai: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(refusals(Map.of())).containsExactly(file + ": is not UTF-8 text; save it as UTF-8");
    }

    @Test
    void an_empty_file_lacks_only_what_has_no_default() throws Exception {
        assertThat(refusals("# nothing\n"))
                .singleElement()
                .asString()
                .startsWith(file + ": custody.profile: is missing and has no default; ");
    }

    private List<String> refusals(String yaml) throws Exception {
        Files.writeString(file, yaml);
        return refusals(Map.of());
    }

    private List<String> refusals(Map<String, String> environment) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> ConfigFile.load(file, environment));
        assertThat(refused).as("the configuration was accepted").isNotNull();
        return refused.problems().stream().map(ConfigProblem::toString).toList();
    }
}
