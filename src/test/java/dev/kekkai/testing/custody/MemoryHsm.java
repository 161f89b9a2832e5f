package dev.kekkai.testing.custody;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.Provenance;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Custodian and inventory over the JDK's AES-GCM, with keys in memory: real cryptography, and failures on demand. */
public final class MemoryHsm implements KeyCustodian, KekInventory {
    private static final int TAG_BITS = 128;

    private final Map<VersionId, byte[]> keys = new ConcurrentHashMap<>();
    private final Map<VersionId, Provenance> history = new ConcurrentHashMap<>();
    private final List<Kek> labels = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<?>> pending = new CopyOnWriteArrayList<>();
    private final List<Secret> opened = new CopyOnWriteArrayList<>();
    private final AtomicInteger seals = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();
    private final Map<VersionId, Unavailable> failing = new ConcurrentHashMap<>();
    private volatile Optional<CustodyException> failure = Optional.empty();
    private volatile boolean hanging;
    private volatile boolean lying;

    /** Puts a key there, or another one in its place. */
    public void put(Kek kek, Provenance provenance) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        keys.put(kek.version(), key);
        history.put(kek.version(), provenance);
        if (!labels.contains(kek)) {
            labels.add(kek);
        }
    }

    public void remove(Kek kek) {
        keys.remove(kek.version());
        labels.remove(kek);
    }

    /** What the token says of a key from now on. */
    public void remember(Kek kek, Provenance provenance) {
        history.put(kek.version(), provenance);
    }

    /** The keys themselves, which nobody else may ever have. */
    public List<byte[]> keys() {
        return List.copyOf(keys.values());
    }

    /** From now on sealing and opening fail. */
    public void failWith(String reason) {
        failure = Optional.of(new Unavailable(reason));
    }

    /** From now on whatever is asked of this key fails. */
    public void failWith(Kek kek, String reason) {
        failing.put(kek.version(), new Unavailable(reason));
    }

    /** From now on sealing and opening answer with stages that nothing completes; {@link #pending} has them. */
    public void hang() {
        hanging = true;
    }

    /** From now on opening yields another plaintext than was sealed. */
    public void lie() {
        lying = true;
    }

    public void recover() {
        failure = Optional.empty();
        failing.clear();
        hanging = false;
        lying = false;
    }

    /** Stages that were answered while it hung. */
    public List<CompletableFuture<?>> pending() {
        return pending;
    }

    /** Every secret it gave away. */
    public List<Secret> opened() {
        return opened;
    }

    /** How often it was asked to seal. */
    public int seals() {
        return seals.get();
    }

    @Override
    public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
        seals.incrementAndGet();
        return answer(() -> {
            byte[] iv = new byte[12];
            random.nextBytes(iv);
            return new SealedBox(iv, gcm(Cipher.ENCRYPT_MODE, kek, iv, associatedData, plaintext.lent()));
        });
    }

    @Override
    public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
        return answer(() -> {
            byte[] plaintext = gcm(Cipher.DECRYPT_MODE, kek, box.iv(), associatedData, box.box());
            if (lying) {
                plaintext[0] ^= 1;
            }
            Secret secret = Secret.owning(plaintext);
            opened.add(secret);
            return secret;
        });
    }

    @Override
    public CompletionStage<Provenance> generate(Kek kek) {
        return answer(() -> {
            put(kek, Provenance.BORN_INSIDE);
            return Provenance.BORN_INSIDE;
        });
    }

    @Override
    public CompletionStage<Provenance> inspect(Kek kek) {
        return answer(() -> {
            key(kek);
            return history.get(kek.version());
        });
    }

    @Override
    public CompletionStage<List<Kek>> list() {
        return answer(() -> List.copyOf(labels));
    }

    @Override
    public CompletionStage<Integer> destroy(Kek kek) {
        return answer(() -> {
            int objects = keys.containsKey(kek.version()) ? 1 : 0;
            remove(kek);
            return objects;
        });
    }

    private byte[] gcm(int mode, Kek kek, byte[] iv, byte[] associatedData, byte[] input)
            throws CustodyException, GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key(kek), "AES"), new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(associatedData);
        try {
            return cipher.doFinal(input);
        } catch (AEADBadTagException e) {
            throw new NotAuthentic("does not open under " + kek.label());
        }
    }

    private byte[] key(Kek kek) throws KeyMissing, Unavailable {
        Unavailable refusal = failing.get(kek.version());
        if (refusal != null) {
            throw refusal;
        }
        byte[] key = keys.get(kek.version());
        if (key == null) {
            throw new KeyMissing("no key " + kek.label());
        }
        return key;
    }

    private interface Work<T> {
        T run() throws CustodyException, GeneralSecurityException;
    }

    private <T> CompletionStage<T> answer(Work<T> work) {
        if (hanging) {
            CompletableFuture<T> never = new CompletableFuture<>();
            pending.add(never);
            return never;
        }
        if (failure.isPresent()) {
            return CompletableFuture.failedFuture(failure.get());
        }
        try {
            return CompletableFuture.completedFuture(work.run());
        } catch (CustodyException e) {
            return CompletableFuture.failedFuture(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
