package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Pkcs11SignerTest {
    private static final byte[] MESSAGE = "the head of the audit trail".getBytes(StandardCharsets.UTF_8);

    private static OpenToken open;

    @BeforeAll
    static void open_a_token(@TempDir Path folder) throws Exception {
        open = OpenToken.create(folder);
    }

    @AfterAll
    static void close_it() throws Exception {
        open.close();
    }

    @Test
    void a_signature_verifies_in_the_jdk_against_the_public_key() throws Exception {
        Pkcs11Signer signer = open.token.signer("verifies");

        byte[] signature = result(signer.sign(MESSAGE));

        assertThat(signature).hasSize(64);
        assertThat(verifies(signer.publicKey(), MESSAGE, signature)).isTrue();
        assertThat(verifies(signer.publicKey(), "another".getBytes(StandardCharsets.UTF_8), signature))
                .isFalse();
        assertThat(verifies(open.token.signer("another").publicKey(), MESSAGE, signature))
                .isFalse();
    }

    @Test
    void the_public_key_is_a_subject_public_key_info_of_p_256() throws Exception {
        ECPublicKey key = (ECPublicKey) spki(open.token.signer("spki").publicKey());

        assertThat(key.getParams().getOrder().bitLength()).isEqualTo(256);
        assertThat(key.getParams().toString()).contains("secp256r1");
    }

    @Test
    void a_key_pair_is_made_once_and_found_again() throws Exception {
        byte[] first = open.token.signer("once").publicKey();

        assertThat(open.token.signer("once").publicKey()).isEqualTo(first);
        assertThat(open.find(label("once"), Attributes.of(CKA_CLASS, CKO_PRIVATE_KEY)))
                .hasSize(1);
        assertThat(open.find(label("once"), Attributes.of(CKA_CLASS, CKO_PUBLIC_KEY)))
                .hasSize(1);
    }

    /** Gateways that start for the first time at the same moment: a token takes as many pairs of one id as it is asked for. */
    @Test
    void starters_at_the_same_moment_make_one_key_pair_and_agree_on_it() throws Exception {
        CyclicBarrier moment = new CyclicBarrier(2);
        try (ExecutorService starters = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 20; round++) {
                String name = "first-start-" + round;
                Callable<byte[]> starter = () -> {
                    moment.await();
                    return open.token.signer(name).publicKey();
                };
                List<Future<byte[]>> both = starters.invokeAll(List.of(starter, starter));

                assertThat(both.get(0).get()).isEqualTo(both.get(1).get());
                assertThat(open.find(label(name), Attributes.of(CKA_CLASS, CKO_PRIVATE_KEY)))
                        .hasSize(1);
                assertThat(open.find(label(name), Attributes.of(CKA_CLASS, CKO_PUBLIC_KEY)))
                        .hasSize(1);
                Pkcs11Signer signer = open.token.signer(name);
                assertThat(verifies(both.get(0).get(), MESSAGE, result(signer.sign(MESSAGE))))
                        .isTrue();
            }
        }
    }

    @Test
    void the_private_key_cannot_leave_and_does_nothing_but_sign() throws Exception {
        Pkcs11Signer unused = open.token.signer("inside");
        long key = privateKey("inside");

        assertThat(open.attribute(key, CKA_PRIVATE)).isEqualTo(true);
        assertThat(open.attribute(key, CKA_SENSITIVE)).isEqualTo(true);
        assertThat(open.attribute(key, CKA_EXTRACTABLE)).isEqualTo(false);
        assertThat(open.attribute(key, CKA_ALWAYS_SENSITIVE)).isEqualTo(true);
        assertThat(open.attribute(key, CKA_NEVER_EXTRACTABLE)).isEqualTo(true);
        assertThat(open.attribute(key, CKA_LOCAL)).isEqualTo(true);
        assertThat(open.attribute(key, CKA_SIGN)).isEqualTo(true);
        assertThat(open.attribute(key, CKA_DECRYPT)).isEqualTo(false);
        assertThat(open.attribute(key, CKA_UNWRAP)).isEqualTo(false);
        assertThat(open.attribute(key, CKA_DERIVE)).isEqualTo(false);
    }

    @Test
    void a_private_key_without_its_public_key_is_refused() throws Exception {
        Pkcs11Signer unused = open.token.signer("half");
        long publicKey = open.find(label("half"), Attributes.of(CKA_CLASS, CKO_PUBLIC_KEY))[0];

        open.functions.C_DestroyObject(open.raw(), publicKey);

        assertThatThrownBy(() -> open.token.signer("half"))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("'half'");
    }

    @Test
    void a_key_that_was_removed_is_missing() throws Exception {
        Pkcs11Signer signer = open.token.signer("removed");

        open.functions.C_DestroyObject(open.raw(), privateKey("removed"));

        assertThatThrownBy(() -> result(signer.sign(MESSAGE)))
                .isInstanceOf(KeyMissing.class)
                .hasMessageContaining("'removed'");
    }

    private static long privateKey(String name) throws Exception {
        return open.find(label(name), Attributes.of(CKA_CLASS, CKO_PRIVATE_KEY))[0];
    }

    private static iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE label(String name) {
        return Attributes.of(CKA_LABEL, name.toCharArray());
    }

    private static PublicKey spki(byte[] bytes) throws Exception {
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(bytes));
    }

    private static boolean verifies(byte[] publicKey, byte[] message, byte[] signature) throws Exception {
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
        verifier.initVerify(spki(publicKey));
        verifier.update(message);
        return verifier.verify(signature);
    }
}
