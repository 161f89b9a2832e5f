package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.VendorToken.AAD;
import static dev.kekkai.custody.pkcs11.VendorToken.CBC_HMAC;
import static dev.kekkai.custody.pkcs11.VendorToken.DEK;
import static dev.kekkai.custody.pkcs11.VendorToken.GCM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Every byte of what a caller hands in, and every length, changed alone in a request that is otherwise accepted. */
class TamperingTest {
    @TempDir
    Path folder;

    private record Request(String what, byte[] associatedData, SealedBox box) {}

    @ParameterizedTest
    @EnumSource(value = Mechanism.class, names = "TPM_HMAC_GCM", mode = Mode.EXCLUDE)
    void nothing_changed_opens_all_of_it_is_one_refusal_and_the_session_goes_on(Mechanism mechanism) throws Exception {
        VendorToken hsm = VendorToken.in(folder);
        HsmProfile profile = mechanism == Mechanism.AES_GCM ? GCM : CBC_HMAC;
        try (Pkcs11Token token = hsm.open(profile)) {
            Kek kek = VendorToken.generated(token, mechanism);
            SealedBox box = VendorToken.seal(token, kek);
            assertThat(VendorToken.open(token, kek, AAD, box)).isEqualTo(DEK);
            long decrypted = hsm.counters().calls("C_Decrypt");
            long signed = hsm.counters().calls("C_Sign");

            List<Request> requests = changed(box);
            for (Request request : requests) {
                assertThatThrownBy(() -> VendorToken.open(token, kek, request.associatedData(), request.box()))
                        .as(request.what())
                        .isInstanceOf(NotAuthentic.class)
                        .hasMessage("the ciphertext does not open under KEK " + kek.label()
                                + ": it was changed after it was made, or never made by this key");
            }

            if (mechanism == Mechanism.AES_CBC_HMAC) {
                assertThat(hsm.counters().calls("C_Decrypt"))
                        .as("nothing that was not ours reached the cipher")
                        .isEqualTo(decrypted);
                assertThat(hsm.counters().calls("C_Sign"))
                        .isGreaterThanOrEqualTo(signed + box.iv().length + box.box().length);
            }
            assertThat(VendorToken.open(token, kek, AAD, box)).isEqualTo(DEK);
            assertThat(hsm.counters().calls("C_Decrypt")).isGreaterThan(decrypted);
        }
    }

    private static List<Request> changed(SealedBox box) {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < box.iv().length; i++) {
            requests.add(new Request("byte " + i + " of the iv", AAD, new SealedBox(flipped(box.iv(), i), box.box())));
        }
        for (int i = 0; i < box.box().length; i++) {
            requests.add(new Request("byte " + i + " of the box", AAD, new SealedBox(box.iv(), flipped(box.box(), i))));
        }
        for (int i = 0; i < AAD.length; i++) {
            requests.add(new Request("byte " + i + " of the associated data", flipped(AAD, i), box));
        }
        requests.add(new Request("no associated data", new byte[0], box));
        requests.add(new Request("more associated data", Arrays.copyOf(AAD, AAD.length + 1), box));
        for (int length = 0; length <= box.box().length + 32; length++) {
            if (length != box.box().length) {
                requests.add(new Request(
                        "a box of " + length + " bytes",
                        AAD,
                        new SealedBox(box.iv(), Arrays.copyOf(box.box(), length))));
            }
        }
        return requests;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << (at % 8));
        return flipped;
    }
}
