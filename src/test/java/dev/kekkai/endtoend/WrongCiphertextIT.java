package dev.kekkai.endtoend;

import static dev.kekkai.testing.process.KmsClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.VersionId;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.Keyrings;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ciphertexts and key_ids that are not what they should be, while another client goes on working. */
class WrongCiphertextIT {
    private static final int VERSION_ID = 3;
    private static final int IV_LENGTH = 19;
    /** One round of the bystander, on a machine that has other things to do. */
    private static final Duration BUSY = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static Installation kekkai;
    private static KekkaiProcess server;
    private static String active;
    private static String prepared;

    private final ByteString dek = KmsClient.dek();
    private final AtomicBoolean attackOver = new AtomicBoolean();
    private final AtomicInteger served = new AtomicInteger();
    private KmsClient client;
    private EncryptResponse sound;
    private CompletableFuture<Void> bystander;

    @BeforeAll
    static void serve() throws Exception {
        kekkai = Installation.withKey(Files.createDirectory(folder.resolve("own")));
        kekkai.run("key", "create").succeeded();
        active = kekkai.keys().get(0).get("versionId").asText();
        prepared = kekkai.keys().get(1).get("versionId").asText();
        server = kekkai.serve();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @BeforeEach
    void a_bystander_works_all_the_time() {
        client = server.client();
        sound = client.wrap(dek);
        bystander = CompletableFuture.runAsync(() -> {
            try (KmsClient other = server.client()) {
                while (!attackOver.get()) {
                    ByteString own = KmsClient.dek();
                    EncryptResponse wrapped = other.wrap(own);
                    assertThat(other.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                            .isEqualTo(own);
                    assertThat(other.unwrapV1(other.wrapV1(own))).isEqualTo(own);
                    served.incrementAndGet();
                }
            }
        });
        await().atMost(BUSY).until(() -> served.get() > 0 || bystander.isDone());
    }

    @AfterEach
    void neither_the_bystander_nor_the_server_has_noticed() throws Exception {
        try (KmsClient _ = client) {
            int before = served.get();
            await().atMost(BUSY).until(() -> served.get() > before || bystander.isDone());
            attackOver.set(true);
            bystander.join();
            assertThat(client.unwrap(sound.getCiphertext(), sound.getKeyId())).isEqualTo(dek);
            assertThat(client.status().getHealthz()).isEqualTo("ok");
            assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_truncated_or_lengthened_ciphertext_is_no_envelope() {
        ByteString whole = sound.getCiphertext();
        for (int length = 0; length < whole.size(); length++) {
            assertMalformed(open(whole.substring(0, length)), "cut to " + length + " bytes");
        }
        assertMalformed(open(whole.concat(ByteString.copyFrom(new byte[1]))), "with a byte too much");
    }

    @Test
    void no_byte_can_be_changed() {
        for (int i = 0; i < sound.getCiphertext().size(); i++) {
            byte[] flipped = sound.getCiphertext().toByteArray();
            flipped[i] ^= (byte) (1 << (i % 8));
            Status refused = open(ByteString.copyFrom(flipped));
            if (i >= VERSION_ID && i < IV_LENGTH) {
                assertThat(refused.getCode()).as("byte %d", i).isEqualTo(Status.Code.NOT_FOUND);
                assertThat(refused.getDescription()).contains("which this keyring does not have");
            } else if (i < VERSION_ID || i == IV_LENGTH || i == 32 || i == 33) {
                assertMalformed(refused, "byte " + i);
            } else {
                assertNotAuthentic(refused, "byte " + i);
            }
        }
    }

    @Test
    void what_another_keyring_wrapped_is_refused() throws Exception {
        EncryptResponse foreign;
        Path elsewhere = Files.createDirectory(folder.resolve("foreign"));
        try (KekkaiProcess other = Installation.withKey(elsewhere).serve();
                KmsClient there = other.client()) {
            foreign = there.wrap(dek);
            assertThat(there.unwrap(foreign.getCiphertext(), foreign.getKeyId()))
                    .as("it is sound where it was made")
                    .isEqualTo(dek);
        }

        Status underItsOwnKeyId = refusal(() -> client.unwrap(foreign.getCiphertext(), foreign.getKeyId()));
        Status underOurs = open(foreign.getCiphertext());
        Status overV1 = refusal(() -> client.unwrapV1(foreign.getCiphertext()));
        Status withOurVersionId = open(withVersion(foreign.getCiphertext(), active));
        Status oursUnderItsKeyId = refusal(() -> client.unwrap(sound.getCiphertext(), foreign.getKeyId()));

        assertUnknown(underItsOwnKeyId, "which this keyring does not have");
        assertUnknown(underOurs, "which this keyring does not have");
        assertUnknown(overV1, "which this keyring does not have");
        assertNotAuthentic(withOurVersionId, "relabelled as ours");
        assertUnknown(oursUnderItsKeyId, "does not belong to KEK version " + active);
    }

    @Test
    void the_canary_of_the_database_does_not_open_as_a_dek() throws Exception {
        ByteString canary = ByteString.copyFrom(HexFormat.of()
                .parseHex(Keyrings.text(kekkai, "SELECT canary FROM key_version WHERE state = 'ACTIVE'")));

        assertThat(canary.substring(0, IV_LENGTH))
                .as("it has the header of an envelope of the ACTIVE version")
                .isEqualTo(sound.getCiphertext().substring(0, IV_LENGTH));
        assertNotAuthentic(open(canary), "over v2");
        assertNotAuthentic(refusal(() -> client.unwrapV1(canary)), "over v1beta1");
    }

    @Test
    void a_key_id_that_nobody_gave_is_refused() {
        String invented = KeyId.of(VersionId.parse(active), 2).value();

        Status refused = refusal(() -> client.unwrap(sound.getCiphertext(), invented));

        assertUnknown(refused, "does not belong to KEK version " + active);
    }

    @Test
    void a_version_that_was_never_active_opens_nothing() throws Exception {
        ByteString relabelled = withVersion(sound.getCiphertext(), prepared);
        String guessed = KeyId.of(VersionId.parse(prepared), 1).value();

        assertUnknown(open(relabelled), "does not belong to KEK version " + prepared);
        assertUnknown(
                refusal(() -> client.unwrap(sound.getCiphertext(), guessed)),
                "does not belong to KEK version " + active);
        assertUnknown(refusal(() -> client.unwrap(relabelled, guessed)), "does not belong to KEK version " + prepared);
        Status overV1 = refusal(() -> client.unwrapV1(relabelled));
        assertThat(overV1.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(overV1.getDescription()).contains(prepared).contains("never activated");
        assertThat(Keyrings.text(kekkai, "SELECT count(*) FROM learned_key_id"))
                .as("a guess teaches nothing")
                .isEqualTo("0");
    }

    /** Over v2, with the key_id that belongs to the sound ciphertext. */
    private Status open(ByteString ciphertext) {
        return refusal(() -> client.unwrap(ciphertext, sound.getKeyId()));
    }

    private static ByteString withVersion(ByteString envelope, String version) {
        return envelope.substring(0, VERSION_ID)
                .concat(ByteString.copyFrom(HexFormat.of().parseHex(version)))
                .concat(envelope.substring(IV_LENGTH));
    }

    private static void assertMalformed(Status refused, String which) {
        assertThat(refused.getCode()).as(which).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused.getDescription())
                .as(which)
                .containsAnyOf("the ciphertext is not an envelope of Kekkai", "the ciphertext has 0 bytes");
    }

    private static void assertNotAuthentic(Status refused, String which) {
        assertThat(refused.getCode()).as(which).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused.getDescription()).as(which).contains("does not open under KEK");
    }

    private static void assertUnknown(Status refused, String reason) {
        assertThat(refused.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refused.getDescription()).contains(reason);
    }
}
