package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.dek.DekException;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.testing.softhsm.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever has the database has the canaries, and knows what is in them: none may open as a DEK. */
class CanaryTest {
    @TempDir
    Path folder;

    @Test
    void a_canary_put_into_etcd_does_not_open_as_a_dek() throws Exception {
        try (KeyringFixture fixture = new KeyringFixture(folder)) {
            byte[] canary = fixture.create().canary();
            LocalDekService service = fixture.service(fixture.keyring());

            assertThatThrownBy(() -> result(service.unwrap(unwrap(canary, null))))
                    .isInstanceOf(DekException.NotAuthentic.class);
            assertThatThrownBy(() -> result(
                            service.unwrap(unwrap(canary, fixture.snapshot().keyId()))))
                    .isInstanceOf(DekException.NotAuthentic.class);
        }
    }

    @Test
    void nor_does_it_in_a_real_token() throws Exception {
        String label = "c-" + UUID.randomUUID().toString().substring(0, 18);
        SoftHsm.create(label);
        Path state = Files.createDirectory(folder.resolve("state"));
        try (Pkcs11Token token = Pkcs11Token.open(SoftHsm.custody(label, folder), state)) {
            Kek kek = new Kek(KeyringFixture.randomId(), KeyringFixture.randomLineage(), 1, Mechanism.AES_GCM);
            result(token.inventory().generate(kek));
            Canary canary = new Canary(token.custodian());

            byte[] sealed = canary.seal(kek);

            assertThatCode(() -> canary.check(kek, sealed)).doesNotThrowAnyException();
            Envelope envelope = Envelope.parse(sealed);
            SealedBox box = new SealedBox(envelope.iv(), envelope.box());
            assertThatThrownBy(() -> result(token.custodian().open(kek, AssociatedData.box(envelope.header()), box)))
                    .isInstanceOf(CustodyException.NotAuthentic.class);
        } finally {
            SoftHsm.delete(label);
        }
    }
}
