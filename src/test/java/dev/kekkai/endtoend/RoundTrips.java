package dev.kekkai.endtoend;

import static dev.kekkai.testing.process.KmsClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import io.grpc.Status;

/** What every make of token must do for the apiserver, whatever its ways. */
final class RoundTrips {
    private static final int MECHANISM = 2;
    private static final int IV_LENGTH = 19;

    private RoundTrips() {}

    /** A DEK and what the server made of it. */
    record Wrapped(ByteString dek, EncryptResponse response) {
        void opensOn(KmsClient client) {
            assertThat(client.unwrap(response.getCiphertext(), response.getKeyId()))
                    .isEqualTo(dek);
        }
    }

    /** Wraps over v2 and v1 and unwraps again; the answer is what v2 gave. */
    static Wrapped wrapAndUnwrap(KmsClient client, int mechanism) {
        ByteString dek = KmsClient.dek();
        Wrapped wrapped = new Wrapped(dek, client.wrap(dek));
        assertThat(wrapped.response().getCiphertext().byteAt(MECHANISM))
                .as("the mechanism in the envelope")
                .isEqualTo((byte) mechanism);
        wrapped.opensOn(client);
        assertThat(client.unwrapV1(client.wrapV1(dek))).isEqualTo(dek);
        return wrapped;
    }

    /** One changed bit in the version id's IV, in the ciphertext or in the authenticator is the caller's fault, and the HSM stays well. */
    static void changedBitsAreRefused(KekkaiProcess server, KmsClient client, Wrapped good) throws Exception {
        ByteString envelope = good.response().getCiphertext();
        int iv = IV_LENGTH + 1;
        int box = iv + envelope.byteAt(IV_LENGTH) + 2;
        for (int at : new int[] {iv, box, envelope.size() - 1}) {
            byte[] changed = envelope.toByteArray();
            changed[at] ^= 1;
            Status refused = refusal(() ->
                    client.unwrap(ByteString.copyFrom(changed), good.response().getKeyId()));
            assertThat(refused.getCode()).as("byte %d", at).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(refused.getDescription()).as("byte %d", at).contains("does not open under KEK");
        }
        good.opensOn(client);
        assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);
    }
}
