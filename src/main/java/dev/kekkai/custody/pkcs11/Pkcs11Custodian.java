package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Seals and opens in the sessions of a token, by each KEK's own mechanism: whatever new KEKs seal by, older ones open by theirs. */
public final class Pkcs11Custodian implements KeyCustodian {
    private final SessionWorkers workers;
    private final Map<Mechanism, SealingMechanism> mechanisms;

    /** @param mechanisms those that the token offers */
    Pkcs11Custodian(SessionWorkers workers, Map<Mechanism, SealingMechanism> mechanisms) {
        this.workers = workers;
        this.mechanisms = Map.copyOf(mechanisms);
    }

    @Override
    public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
        return by(kek, mechanism -> workers.submit(session -> mechanism.seal(session, kek, associatedData, plaintext)));
    }

    @Override
    public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
        return by(
                kek,
                mechanism ->
                        workers.submit(session -> mechanism.open(session, kek, associatedData, box), Secret::close));
    }

    private <T> CompletionStage<T> by(Kek kek, Function<SealingMechanism, CompletionStage<T>> work) {
        return Optional.ofNullable(mechanisms.get(kek.mechanism()))
                .map(work)
                .orElseGet(() -> CompletableFuture.failedFuture(new Misconfigured("KEK " + kek.label() + " seals by "
                        + kek.mechanism() + ", which this token does not offer: use the token that holds its keys")));
    }
}
