package dev.kekkai.authority;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import dev.kekkai.store.StoreException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** ECDSA P-256 over SHA-256, made in the HSM and verified by the JDK (IEEE P1363: {@code r | s}). */
final class Signatures {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Signatures() {}

    /** Signs, and makes sure that what came verifies, so that nothing is written that could not be believed afterwards. */
    static byte[] sign(Signer signer, byte[] message) throws StoreException {
        byte[] signature = await(signer, message);
        if (!verifies(signer, message, signature)) {
            throw new StoreException(
                    "the HSM's signature does not fit the public key that it gives for its signing key:"
                            + " nothing was changed. Two key pairs may have the same CKA_ID; ask the HSM's vendor");
        }
        return signature;
    }

    private static byte[] await(Signer signer, byte[] message) throws StoreException {
        try {
            return signer.sign(message).toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw unsigned(String.valueOf(custody.getMessage()), custody);
            }
            throw new IllegalStateException("signing failed in an unforeseen way", e.getCause());
        } catch (TimeoutException e) {
            throw unsigned("the HSM did not answer within " + LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unsigned("interrupted while waiting for the HSM", e);
        }
    }

    static StoreException unsigned(String why, Throwable cause) {
        return new StoreException(
                "the change could not be signed by the HSM, so the store was not changed: " + why, cause);
    }

    static boolean verifies(Signer signer, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(signer.publicKey())));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
