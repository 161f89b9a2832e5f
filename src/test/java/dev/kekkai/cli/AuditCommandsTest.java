package dev.kekkai.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.audit.file.WrittenTrail;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kekkai audit} where there is nothing but files. */
class AuditCommandsTest {
    @TempDir
    Path folder;

    private final WrittenTrail trail = written();
    private Path file;
    private Path config;

    private static WrittenTrail written() {
        try {
            return new WrittenTrail().wraps("a", "b", "c", "d");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void write_a_trail_and_a_configuration() throws Exception {
        file = folder.resolve("audit.jsonl");
        Files.write(file, trail.lines);
        config = folder.resolve("kekkai.yaml");
        Files.writeString(config, """
                kekkai:
                  custody: {profile: softhsm, pkcs11: {allow-soft-token: true}}
                  store: {path: %s}
                """.formatted(folder.resolve("kekkai.db")));
    }

    private Typed audit(String... arguments) {
        List<String> all = new ArrayList<>(List.of("audit"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", config.toString()));
        return Typed.run(all.toArray(String[]::new));
    }

    @Test
    void files_alone_prove_that_they_fit_together_and_no_more() throws Exception {
        Typed typed = audit("verify", "--offline", "-o", "json");

        assertThat(typed.code()).isZero();
        JsonNode report = new ObjectMapper().readTree(typed.out());
        assertThat(report.get("whole").booleanValue()).isTrue();
        assertThat(report.get("records").longValue()).isEqualTo(4);
        assertThat(report.get("provedTo").longValue()).isZero();
        assertThat(report.get("unproved").longValue()).isEqualTo(4);
        assertThat(report.get("notes")).hasSize(2);
    }

    @Test
    void a_file_that_is_named_needs_no_configuration() throws Exception {
        Files.delete(config);

        assertThat(audit("verify", "--offline", "--file", file.toString()).out())
                .startsWith("4 records in 1 file(s), 1 to 4, of replica " + WrittenTrail.REPLICA)
                .contains("nothing is wrong")
                .contains("proved by the HSM: no record, for no anchor covers any")
                .contains("not covered: the 4 record(s) after that, and whatever may have been cut off behind them");
    }

    @Test
    void what_is_wrong_is_named_with_its_place_and_ends_with_9() throws Exception {
        trail.lines.remove(1);
        Files.write(file, trail.lines);

        Typed typed = audit("verify", "--offline");

        assertThat(typed.code()).isEqualTo(9);
        assertThat(typed.out()).contains(file + ":2: removed: record 2 is missing before this one");
    }

    @Test
    void files_count_in_the_order_they_are_named_in() throws Exception {
        Path first = Files.write(folder.resolve("one"), trail.lines.subList(0, 2));
        Path second = Files.write(folder.resolve("two"), trail.lines.subList(2, 4));

        assertThat(audit("verify", "--offline", "--file", first.toString(), "--file", second.toString())
                        .code())
                .isZero();
        assertThat(audit("verify", "--offline", "--file", second.toString(), "--file", first.toString())
                        .out())
                .contains("files: the file begins with record 1");
    }

    @Test
    void the_last_ones_are_shown_in_their_order() {
        Typed typed = audit("tail", "-n", "2");

        assertThat(typed.out().lines())
                .satisfiesExactly(one -> assertThat(one).contains("uid=c"), two -> assertThat(two)
                        .contains("uid=d"));
        assertThat(audit("tail", "-n", "1", "-o", "json").out().strip()).isEqualTo(trail.lines.getLast());
        assertThat(audit("tail", "--uid", "a").out()).contains("uid=a").doesNotContain("uid=b");
        assertThat(audit("tail", "--action", "unwrap").out()).isEmpty();
        assertThat(audit("tail", "--outcome", "done", "--tenant", "x").out()).isEmpty();
    }

    @Test
    void a_wrong_number_is_refused() {
        assertThat(audit("tail", "-n", "-1")).satisfies(typed -> {
            assertThat(typed.code()).isEqualTo(2);
            assertThat(typed.err()).contains("-n takes a number from 0 to 100000, not -1");
        });
    }

    @Test
    void a_trail_that_is_not_there_is_named() throws Exception {
        Files.delete(file);

        assertThat(audit("tail").err()).contains("there is no audit trail at " + file);
    }

    @Test
    void what_comes_is_followed_into_the_next_file() throws Exception {
        StringWriter out = new StringWriter();
        CommandTree tree = new CommandTree(new PrintWriter(out, true), new PrintWriter(out, true), Map.of());
        Thread following = Thread.ofPlatform()
                .start(() -> tree.run("audit", "tail", "-n", "0", "-f", "--config", config.toString()));
        try {
            await().until(() -> shown(out, "e"));
            Files.move(file, folder.resolve("audit-0000000000000001.jsonl"));

            await().until(() -> shown(out, "f"));
            assertThat(out.toString()).doesNotContain("uid=d");
        } finally {
            following.interrupt();
            following.join();
        }
    }

    /** Records it, again and again, because nobody tells when the follower looks for the first time. */
    private boolean shown(StringWriter out, String uid) throws Exception {
        trail.wraps(uid);
        Files.write(file, List.of(trail.lines.getLast()), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return out.toString().contains("uid=" + uid);
    }
}
