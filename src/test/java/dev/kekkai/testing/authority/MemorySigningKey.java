package dev.kekkai.testing.authority;

import dev.kekkai.authority.SigningKey;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Signer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The signing key of a token, in the JDK: real signatures, and failures on demand. */
public final class MemorySigningKey implements SigningKey {
    private final AtomicInteger signatures = new AtomicInteger();
    private Optional<Signer> made = Optional.empty();
    private Optional<MemorySigningKey> root = Optional.empty();
    private volatile Supplier<Optional<CustodyException>> failure = Optional::empty;

    /** Asks before each signature whether, and how, it is to fail. */
    public void failing(Supplier<Optional<CustodyException>> asked) {
        failure = asked;
    }

    /** From now on nothing is signed. */
    public void gone() {
        failing(() -> Optional.of(new Unavailable("the HSM answered CKR_DEVICE_REMOVED")));
    }

    public void back() {
        failing(Optional::empty);
    }

    /** How often it signed. */
    public int signatures() {
        return signatures.get();
    }

    /** The key of the servers' root on the same token. */
    public synchronized MemorySigningKey serverRoot() {
        if (root.isEmpty()) {
            root = Optional.of(new MemorySigningKey());
        }
        return root.get();
    }

    @Override
    public synchronized Optional<Signer> existing() {
        return made;
    }

    @Override
    public synchronized Signer generate() {
        if (made.isEmpty()) {
            made = Optional.of(new InMemory(pair()));
        }
        return made.get();
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class InMemory implements Signer {
        private final KeyPair pair;

        InMemory(KeyPair pair) {
            this.pair = pair;
        }

        @Override
        public byte[] publicKey() {
            return pair.getPublic().getEncoded();
        }

        @Override
        public CompletionStage<byte[]> sign(byte[] message) {
            Optional<CustodyException> fails = failure.get();
            if (fails.isPresent()) {
                return CompletableFuture.failedFuture(fails.get());
            }
            try {
                Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
                signature.initSign(pair.getPrivate());
                signature.update(message);
                signatures.incrementAndGet();
                return CompletableFuture.completedFuture(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
