package dev.kekkai.kms;

import static dev.kekkai.kms.KmsFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.dek.DekException;
import dev.kekkai.id.KeyId;
import dev.kekkai.wire.kms.v1beta1.VersionRequest;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KmsRefusalsTest {
    private static final String PLAINTEXT = "a plaintext that must not be told";

    @TempDir
    Path folder;

    private KmsFixture kms;

    @BeforeEach
    void serve() throws Exception {
        kms = new KmsFixture(folder);
    }

    @AfterEach
    void end() {
        kms.close();
    }

    static Stream<Arguments> codes() {
        return Stream.of(
                Arguments.of(new DekException.Malformed("why"), Status.Code.INVALID_ARGUMENT),
                Arguments.of(new DekException.UnknownKey("why"), Status.Code.NOT_FOUND),
                Arguments.of(new DekException.NotAuthentic("why"), Status.Code.INVALID_ARGUMENT),
                Arguments.of(new DekException.KeyRefused("why"), Status.Code.FAILED_PRECONDITION),
                Arguments.of(new DekException.StaleKey(new KeyId("why")), Status.Code.FAILED_PRECONDITION),
                Arguments.of(new DekException.Unavailable("why"), Status.Code.UNAVAILABLE),
                Arguments.of(new DekException.Overloaded("why"), Status.Code.RESOURCE_EXHAUSTED),
                Arguments.of(new DekException.TooLate("why"), Status.Code.DEADLINE_EXCEEDED));
    }

    @ParameterizedTest
    @MethodSource("codes")
    void each_kind_of_failure_has_its_code_and_keeps_its_message(DekException failure, Status.Code code) {
        kms.dek.failWith(failure);
        assertRefused(refusal(() -> encrypt(32)), code);
        assertRefused(refusal(() -> decrypt(new byte[64], "key")), code);
        assertThat(refusal(() -> encrypt(32)).getDescription()).contains("why");
    }

    @Test
    void a_failure_is_known_also_inside_completion_exceptions() {
        kms.dek.failWith(new CompletionException(new CompletionException(new DekException.Unavailable("why"))));

        assertRefused(refusal(() -> encrypt(32)), Status.Code.UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, NullPointerException.class})
    void what_nobody_foresaw_is_internal_with_an_incident_and_without_its_message(Class<RuntimeException> type)
            throws Exception {
        kms.dek.failWith(type.getConstructor(String.class).newInstance(PLAINTEXT));

        Status status = refusal(() -> encrypt(32));

        assertRefused(status, Status.Code.INTERNAL);
        assertThat(status.getDescription()).matches("internal error, incident [0-9a-f]{8}; .*");
    }

    @Test
    void an_empty_plaintext_is_refused() {
        assertRefused(refusal(() -> encrypt(0)), Status.Code.INVALID_ARGUMENT);
        assertRefused(
                refusal(() -> kms.v1().encrypt(dev.kekkai.wire.kms.v1beta1.EncryptRequest.getDefaultInstance())),
                Status.Code.INVALID_ARGUMENT);
        assertThat(kms.dek.wraps()).isEmpty();
    }

    @Test
    void a_v2_plaintext_whose_envelope_could_not_fit_is_refused_before_it_is_wrapped() {
        assertThat(encrypt(KmsLimits.V2_PLAINTEXT).getCiphertext().size()).isPositive();

        assertRefused(refusal(() -> encrypt(KmsLimits.V2_PLAINTEXT + 1)), Status.Code.INVALID_ARGUMENT);
        assertThat(kms.dek.wraps()).hasSize(1);
    }

    @Test
    void a_request_above_the_message_limit_does_not_reach_the_service_and_the_connection_stays() {
        assertRefused(refusal(() -> encrypt(64 * 1024)), Status.Code.RESOURCE_EXHAUSTED);

        assertThat(kms.dek.wraps()).isEmpty();
        assertThat(encrypt(32).getKeyId()).isNotEmpty();
    }

    @Test
    void a_ciphertext_of_1024_bytes_leaves_and_one_of_1025_does_not() {
        kms.dek.padEnvelopes(1024 - 16 - 32);
        assertThat(encrypt(32).getCiphertext().size()).isEqualTo(1024);

        kms.dek.padEnvelopes(1025 - 16 - 32);
        Status status = refusal(() -> encrypt(32));

        assertRefused(status, Status.Code.INTERNAL);
        assertThat(status.getDescription()).contains("1025 bytes").contains("1 to 1024");
    }

    @Test
    void a_v1_ciphertext_of_65535_bytes_does_not_leave() {
        kms.dek.padEnvelopes(65_535 - 16 - 32);

        Status status = refusal(() -> kms.v1()
                .encrypt(dev.kekkai.wire.kms.v1beta1.EncryptRequest.newBuilder()
                        .setPlain(ByteString.copyFrom(new byte[32]))
                        .build()));

        assertRefused(status, Status.Code.INTERNAL);
        assertThat(status.getDescription()).contains("65535 bytes").contains("1 to 65534");
    }

    @Test
    void an_empty_plaintext_from_the_service_does_not_leave() {
        byte[] versionAlone = encrypt(32).getCiphertext().substring(0, 16).toByteArray();
        String keyId = encrypt(32).getKeyId();

        Status status = refusal(() -> decrypt(versionAlone, keyId));

        assertRefused(status, Status.Code.INTERNAL);
        assertThat(status.getDescription()).contains("plaintext is empty");
    }

    @Test
    void a_v2_decrypt_without_ciphertext_or_key_id_or_with_annotations_is_refused() {
        assertRefused(refusal(() -> decrypt(new byte[0], "key")), Status.Code.INVALID_ARGUMENT);
        assertRefused(refusal(() -> decrypt(new byte[1025], "key")), Status.Code.INVALID_ARGUMENT);
        assertRefused(refusal(() -> decrypt(new byte[64], "")), Status.Code.INVALID_ARGUMENT);
        assertRefused(refusal(() -> decrypt(new byte[64], "k".repeat(1025))), Status.Code.INVALID_ARGUMENT);
        assertRefused(
                refusal(() -> kms.v2()
                        .decrypt(DecryptRequest.newBuilder()
                                .setCiphertext(ByteString.copyFrom(new byte[64]))
                                .setKeyId("key")
                                .putAnnotations("other.example", ByteString.EMPTY)
                                .build())),
                Status.Code.INVALID_ARGUMENT);
        assertThat(kms.dek.unwraps()).isEmpty();
    }

    @Test
    void a_v1_request_for_another_version_of_the_api_is_refused() {
        assertRefused(
                refusal(() -> kms.v1()
                        .version(VersionRequest.newBuilder().setVersion("v1").build())),
                Status.Code.INVALID_ARGUMENT);
    }

    private static void assertRefused(Status status, Status.Code code) {
        assertThat(status.getCode()).isEqualTo(code);
        assertThat(status.getDescription()).doesNotContain(PLAINTEXT.substring(0, 11));
    }

    private EncryptResponse encrypt(int bytes) {
        return kms.v2()
                .encrypt(EncryptRequest.newBuilder()
                        .setPlaintext(ByteString.copyFromUtf8(PLAINTEXT.repeat(1 + bytes / PLAINTEXT.length()))
                                .substring(0, bytes))
                        .build());
    }

    private ByteString decrypt(byte[] ciphertext, String keyId) {
        return kms.v2()
                .decrypt(DecryptRequest.newBuilder()
                        .setCiphertext(ByteString.copyFrom(ciphertext))
                        .setKeyId(keyId)
                        .build())
                .getPlaintext();
    }
}
