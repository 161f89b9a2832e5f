package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.Keyrings;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.Leak;
import dev.kekkai.testing.process.SoftHsmToken;
import dev.kekkai.testing.store.PostgresServer;
import dev.kekkai.testing.store.TestDatabase;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store of real processes: moved, put back, written to by others, stolen. */
class StoreIT {
    private static final int STORE = 8;

    @TempDir
    Path folder;

    private final ByteString dek = KmsClient.dek();

    @Test
    void it_moves_to_postgresql_and_back_and_what_was_wrapped_before_opens_and_nothing_of_it_is_secret()
            throws Exception {
        Installation kekkai = Installation.withKey(folder);
        TestDatabase.Postgresql postgresql = PostgresServer.shared().database();
        Path export = folder.resolve("export.json");
        EncryptResponse first = wrapped(kekkai);
        JsonNode before = kekkai.keys();

        kekkai.run("store", "export", export.toString()).succeeded();
        assertThat(kekkai.run("store", "export", export.toString()).endedWith(1).err())
                .contains("exists already");
        usePostgresql(kekkai, postgresql);
        JsonNode would = kekkai.run("store", "import", "--dry-run", "-o", "json", export.toString())
                .succeeded()
                .json();
        assertThat(would.get("changed").booleanValue()).isFalse();
        assertThat(kekkai.keys().findValuesAsText("state")).containsExactly("UNREGISTERED");
        kekkai.run("store", "import", export.toString()).succeeded();
        assertThat(kekkai.keys()).isEqualTo(before);
        assertThat(kekkai.run("store", "import", export.toString()).err()).contains("--replace");
        assertThat(unwrapped(kekkai, first)).isEqualTo(dek);
        kekkai.run("key", "rotate").succeeded();
        EncryptResponse second = wrapped(kekkai);

        Path back = folder.resolve("back.json");
        kekkai.run("store", "export", back.toString()).succeeded();
        useSqlite(kekkai, postgresql);
        kekkai.run("store", "import", "--replace", back.toString()).succeeded();
        assertThat(unwrapped(kekkai, first)).isEqualTo(dek);
        assertThat(unwrapped(kekkai, second)).isEqualTo(dek);

        String stolen = everything(postgresql) + Files.readString(export) + Files.readString(back);
        for (ByteString secret : List.of(dek, ByteString.copyFromUtf8(SoftHsmToken.PIN))) {
            assertThat(Leak.of(secret, stolen)).isEmpty();
            assertThat(Leak.of(secret, kekkai.state())).isEmpty();
        }
    }

    @Test
    void a_backup_that_is_put_back_is_served_from_read_only_until_it_is_reconciled() throws Exception {
        Installation kekkai = Installation.withKey(folder);
        EncryptResponse old = wrapped(kekkai);
        byte[] backup = Files.readAllBytes(kekkai.database());
        kekkai.run("key", "rotate").succeeded();
        EncryptResponse lost = wrapped(kekkai);
        Files.write(kekkai.database(), backup);

        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            assertThat(client.unwrap(old.getCiphertext(), old.getKeyId())).isEqualTo(dek);
            assertThat(client.unwrap(
                            client.wrap(dek).getCiphertext(), client.status().getKeyId()))
                    .isEqualTo(dek);
            assertThat(kekkai.run("status").out()).contains("the store is rolled back");
            Finished refused = kekkai.run("key", "rotate");
            assertThat(refused.err()).contains("changes are refused until 'kekkai store reconcile'");

            kekkai.run("store", "reconcile").succeeded();
            kekkai.run("key", "adopt").succeeded();

            assertThat(client.status().getKeyId()).isNotIn(old.getKeyId(), lost.getKeyId());
            assertThat(client.unwrap(lost.getCiphertext(), lost.getKeyId())).isEqualTo(dek);
            assertThat(kekkai.run("status").out()).doesNotContain("rolled back");
            server.terminate();
        }
        assertThat(kekkai.audit())
                .anyMatch(record -> record.get("action").asText().equals("store.reconcile"));
    }

    @Test
    void rows_that_somebody_wrote_stop_a_start_and_are_brought_back() throws Exception {
        Installation kekkai = Installation.withKey(folder);
        kekkai.run("key", "rotate").succeeded();
        kekkai.run("key", "disable", "1").succeeded();
        Keyrings.change(kekkai, "UPDATE key_version SET state = 'RETIRED', disabled_at = NULL WHERE number = 1");

        for (String[] command :
                new String[][] {{"serve"}, {"key", "list"}, {"key", "rotate"}, {"store", "export", "x"}}) {
            Finished refused = kekkai.run(command).endedWith(STORE);
            assertThat(refused.err())
                    .as(String.join(" ", command))
                    .contains("was changed: state")
                    .contains("kekkai store reconcile");
        }
        kekkai.run("store", "reconcile").succeeded();

        assertThat(kekkai.keys().findValuesAsText("state")).containsExactly("DISABLED", "RETIRED", "ACTIVE");
    }

    private EncryptResponse wrapped(Installation kekkai) throws Exception {
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            EncryptResponse wrapped = client.wrap(dek);
            server.terminate();
            return wrapped;
        }
    }

    private ByteString unwrapped(Installation kekkai, EncryptResponse wrapped) throws Exception {
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            ByteString opened = client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId());
            server.terminate();
            return opened;
        }
    }

    private static String postgresqlSection(TestDatabase.Postgresql database) {
        return "store:\n    type: postgresql\n    postgresql: { url: '" + database.name()
                + "', user: postgres, tls: \"off\" }\n";
    }

    private static void usePostgresql(Installation kekkai, TestDatabase.Postgresql database) throws Exception {
        kekkai.edit("store:\n", postgresqlSection(database));
    }

    private static void useSqlite(Installation kekkai, TestDatabase.Postgresql database) throws Exception {
        kekkai.edit(postgresqlSection(database), "store:\n");
    }

    private static String everything(TestDatabase.Postgresql database) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String table :
                database.all("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")) {
            all.append(String.join("\n", database.all("SELECT t::text FROM \"" + table + "\" t")));
        }
        assertThat(all.toString()).contains("6b65792e7265676973746572");
        return all.toString();
    }
}
