package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Seals and opens in the sessions of a token. */
public final class Pkcs11Custodian implements KeyCustodian {
    private final SessionWorkers workers;
    private final AesGcm gcm;

    Pkcs11Custodian(SessionWorkers workers, AesGcm gcm) {
        this.workers = workers;
        this.gcm = gcm;
    }

    @Override
    public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
        return kek.mechanism() == Mechanism.AES_GCM
                ? workers.submit(session -> gcm.seal(session, kek, associatedData, plaintext))
                : unsupported(kek);
    }

    @Override
    public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
        return kek.mechanism() == Mechanism.AES_GCM
                ? workers.submit(session -> gcm.open(session, kek, associatedData, box), Secret::close)
                : unsupported(kek);
    }

    private static <T> CompletionStage<T> unsupported(Kek kek) {
        return CompletableFuture.failedFuture(new Misconfigured(
                "KEK " + kek.label() + " seals by " + kek.mechanism() + ", which this token's profile does not"));
    }
}
