package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second server where one serves already is refused, and the first does not notice. */
class SecondServerIT {
    private static final int FAILED = 1;
    private static final int CONFIGURATION = 3;

    @TempDir
    static Path folder;

    private static Installation first;
    private static KekkaiProcess server;

    @BeforeAll
    static void serve() throws Exception {
        first = Installation.withKey(Files.createDirectory(folder.resolve("first")));
        server = first.serve();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @AfterEach
    void the_first_goes_on_serving() {
        ByteString dek = KmsClient.dek();
        try (KmsClient client = server.client()) {
            EncryptResponse wrapped = client.wrap(dek);
            assertThat(client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                    .isEqualTo(dek);
            assertThat(first.adminSocket()).exists();
        }
    }

    @Test
    void on_the_same_store() throws Exception {
        Installation second = Installation.on(first.token(), Files.createDirectory(folder.resolve("same-store")));
        second.edit(second.database().toString(), first.database().toString());

        Finished refused = second.run("serve").endedWith(FAILED);

        assertThat(refused.err())
                .contains("another Kekkai works with " + first.database())
                .contains("stop it first, or give this one a store of its own");
        assertThat(second.socket()).doesNotExist();
    }

    @Test
    void on_the_same_socket_with_a_store_of_its_own() throws Exception {
        Installation second = Installation.on(first.token(), Files.createDirectory(folder.resolve("same-socket")));
        second.run("key", "create", "--new-keyring").succeeded();
        Path own = second.socket();
        second.edit(own.toString(), first.socket().toString());

        Finished refused = second.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err())
                .contains("socket " + first.socket().getParent())
                .contains("another process serves it")
                .contains("give this one a socket of its own");

        second.edit(first.socket().toString(), own.toString());
        try (KekkaiProcess both = second.serve();
                KmsClient client = both.client()) {
            assertThat(client.status().getHealthz())
                    .as("with a socket of its own it serves")
                    .isEqualTo("ok");
        }
    }
}
