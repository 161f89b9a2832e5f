package dev.kekkai.endtoend;

import static dev.kekkai.testing.process.KmsClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.VersionId;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database is lost and the token is not. */
class AdoptIT {
    private static final int KEYRING = 6;
    private static final long PAST_EVERY_EPOCH = 1_000_000;

    @TempDir
    Path folder;

    private final ByteString dek = KmsClient.dek();
    private EncryptResponse old;
    private ByteString oldV1;

    @Test
    void the_keyring_is_rebuilt_from_the_token_and_etcd_stays_readable() throws Exception {
        Installation kekkai = Installation.withKey(folder);
        String oldVersion = kekkai.keys().get(0).get("versionId").asText();
        try (var apiserver = ApiserverSimulator.connect(kekkai.socket())) {
            try (KekkaiProcess server = kekkai.serve();
                    KmsClient client = server.client()) {
                apiserver.start();
                apiserver.write("a");
                old = client.wrap(dek);
                oldV1 = client.wrapV1(dek);
                server.terminate();
            }
            loseTheDatabase(kekkai);

            everythingButAdoptIsRefused(kekkai);
            JsonNode adopted =
                    kekkai.run("key", "adopt", "-o", "json").succeeded().json();
            assertThat(adopted).hasSize(1);
            assertThat(adopted.get(0).get("versionId").asText()).isEqualTo(oldVersion);
            assertThat(adopted.get(0).get("state").asText()).isEqualTo("RETIRED");
            Finished nothingWraps = kekkai.run("serve").endedWith(KEYRING);
            assertThat(nothingWraps.err()).contains("none is ACTIVE").contains("'kekkai key create'");
            JsonNode created =
                    kekkai.run("key", "create", "-o", "json").succeeded().json();
            assertThat(created.get(0).get("state").asText()).isEqualTo("ACTIVE");
            assertThat(created.get(0).get("number").asInt()).isEqualTo(2);

            try (KekkaiProcess server = kekkai.serve();
                    KmsClient client = server.client()) {
                assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);
                whatWasWrappedOpens(client);
                aWrongKeyIdIsRefusedStill(client, oldVersion);
                whatIsWrappedNowIsWrappedAnew(client, oldVersion);
                apiserver.restart();
                assertThat(apiserver.keyId()).isNotEqualTo(old.getKeyId());
            }
        }
        assertThat(kekkai.audit())
                .filteredOn(record -> record.get("action").asText().equals("key.adopt"))
                .singleElement()
                .satisfies(
                        record -> assertThat(record.get("key_version").asText()).isEqualTo(oldVersion));
    }

    private static void loseTheDatabase(Installation kekkai) throws Exception {
        try (Stream<Path> files = Files.list(kekkai.state())) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("kekkai.db"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    private static void everythingButAdoptIsRefused(Installation kekkai) throws Exception {
        Finished serve = kekkai.run("serve").endedWith(KEYRING);
        assertThat(serve.err()).contains("'kekkai key adopt' rebuilds the keyring");
        Finished create = kekkai.run("key", "create").endedWith(KEYRING);
        assertThat(create.err()).contains("'kekkai key adopt'").contains("--new-keyring");
        assertThat(kekkai.token().secretKeys()).as("nothing was made").isEqualTo(1);
    }

    private void whatWasWrappedOpens(KmsClient client) {
        assertThat(client.unwrap(old.getCiphertext(), old.getKeyId())).isEqualTo(dek);
        assertThat(client.unwrapV1(oldV1)).isEqualTo(dek);
        assertThat(client.unwrap(oldV1, old.getKeyId()))
                .as("one envelope, whichever API made it")
                .isEqualTo(dek);
    }

    private void aWrongKeyIdIsRefusedStill(KmsClient client, String oldVersion) {
        String invented =
                KeyId.of(VersionId.parse(oldVersion), PAST_EVERY_EPOCH).value();
        String current = client.status().getKeyId();

        for (String wrong : new String[] {invented, current, "kekkai:AAAA", "another-plugin"}) {
            Status refused = refusal(() -> client.unwrap(old.getCiphertext(), wrong));
            assertThat(refused.getCode()).as(wrong).isEqualTo(Status.Code.NOT_FOUND);
            assertThat(refused.getDescription()).contains("does not belong to KEK version " + oldVersion);
        }
    }

    private void whatIsWrappedNowIsWrappedAnew(KmsClient client, String oldVersion) {
        EncryptResponse fresh = client.wrap(dek);
        assertThat(fresh.getKeyId()).isEqualTo(client.status().getKeyId()).isNotEqualTo(old.getKeyId());
        assertThat(client.unwrap(fresh.getCiphertext(), fresh.getKeyId())).isEqualTo(dek);

        ByteString relabelled = fresh.getCiphertext()
                .substring(0, 3)
                .concat(ByteString.copyFrom(HexFormat.of().parseHex(oldVersion)))
                .concat(fresh.getCiphertext().substring(19));
        for (Status refused : new Status[] {
            refusal(() -> client.unwrap(relabelled, old.getKeyId())), refusal(() -> client.unwrapV1(relabelled))
        }) {
            assertThat(refused.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(refused.getDescription()).contains("does not open under KEK");
        }
    }
}
