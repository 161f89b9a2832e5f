package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Signer;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** An ECDSA P-256 key pair in a token; the private key is sensitive, not extractable and only signs. */
public final class Pkcs11Signer implements Signer {
    /** OID 1.2.840.10045.3.1.7, DER: the value of {@code CKA_EC_PARAMS} for P-256. */
    private static final byte[] P256 = HexFormat.of().parseHex("06082a8648ce3d030107");
    /** SubjectPublicKeyInfo of a P-256 key up to the uncompressed point (RFC 5480 §2). */
    private static final byte[] SPKI_HEAD =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

    private static final int POINT_BYTES = 65;

    /** Until those who make a key at the same moment have found out who keeps it. */
    private static final int LOOKS = 20;

    private static final long SHORTEST_MILLIS = 20;
    private static final long LONGEST_MILLIS = 400;

    private final SessionWorkers workers;
    private final String name;
    private final byte[] id;
    private final byte[] publicKey;

    private Pkcs11Signer(SessionWorkers workers, String name, byte[] id, byte[] publicKey) {
        this.workers = workers;
        this.name = name;
        this.id = id;
        this.publicKey = publicKey;
    }

    /** Finds the key pair with a label, or generates it. */
    static Pkcs11Signer open(SessionWorkers workers, String name) throws CustodyException {
        byte[] id = idOf(name);
        return new Pkcs11Signer(workers, name, id, await(name, workers.submitWriting(session -> {
            return settled(session, id, name);
        })));
    }

    /**
     * The public key of the one pair there is, made if there is none. A token does not refuse a second pair of the same id, so whoever has made one looks
     * whether another was made at the same time, and then takes its own back: the last to look always sees both, and if both see both, both begin anew.
     */
    private static byte[] settled(Pkcs11Session session, byte[] id, String name)
            throws PKCS11Exception, CustodyException {
        for (int look = 0; look < LOOKS; look++) {
            int there = session.find(privateKey(id)).length;
            if (there == 0) {
                long[] made = generate(session, id, name);
                if (session.find(privateKey(id)).length == 1) {
                    return spki(session, made[1], new long[] {made[0]}, name);
                }
                // In this order: where one private key is seen, its public one is the only one too.
                session.destroy(made[0]);
                session.destroy(made[1]);
            } else if (there == 1 && publicKeys(session, id).length <= 1) {
                return spki(session, id, name);
            }
            pause(name);
        }
        throw new KeyUnsafe(
                "the token holds more than one key pair '" + name
                        + "', and which of them counts cannot be told: destroy the one that nothing was signed with, with the vendor's tool");
    }

    private static void pause(String name) throws Unavailable {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(SHORTEST_MILLIS, LONGEST_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while opening the signing key '" + name + "'", e);
        }
    }

    /** Finds the key pair with a label, and makes none; that it is absent is believed only of a session that is logged in. */
    static Optional<Pkcs11Signer> find(SessionWorkers workers, String name) throws CustodyException {
        byte[] id = idOf(name);
        byte[] publicKey = await(name, workers.submit(session -> {
            if (session.find(privateKey(id)).length == 0) {
                return new byte[0];
            }
            return spki(session, id, name);
        }));
        return publicKey.length == 0 ? Optional.empty() : Optional.of(new Pkcs11Signer(workers, name, id, publicKey));
    }

    private static byte[] idOf(String name) {
        return digest(("kekkai/signer/1/" + name).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] await(String name, CompletableFuture<byte[]> work) throws CustodyException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw custody;
            }
            throw new IllegalStateException("opening the signing key '" + name + "' failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while opening the signing key '" + name + "'", e);
        }
    }

    /**
     * Without CKA_DECRYPT where a token does not take it: tpm2-pkcs11 understands false as "verifies nothing" and answers CKR_GENERAL_ERROR
     * (seen). No mechanism decrypts with an ECDSA key anyhow.
     */
    private static long[] generate(Pkcs11Session writing, byte[] id, String name) throws PKCS11Exception {
        try {
            return generate(writing, id, name, true);
        } catch (PKCS11Exception e) {
            if (!Ckr.maybeOfTheTemplate(e)) {
                throw e;
            }
            return generate(writing, id, name, false);
        }
    }

    /** The public key's handle, then the private one's. */
    private static long[] generate(Pkcs11Session writing, byte[] id, String name, boolean noDecrypt)
            throws PKCS11Exception {
        char[] label = name.toCharArray();
        CK_ATTRIBUTE[] publicTemplate = {
            Attributes.of(CKA_EC_PARAMS, P256),
            Attributes.of(CKA_TOKEN, true),
            Attributes.of(CKA_VERIFY, true),
            Attributes.of(CKA_ID, id),
            Attributes.of(CKA_LABEL, label)
        };
        List<CK_ATTRIBUTE> privateTemplate = new ArrayList<>(List.of(
                Attributes.of(CKA_TOKEN, true),
                Attributes.of(CKA_PRIVATE, true),
                Attributes.of(CKA_SENSITIVE, true),
                Attributes.of(CKA_EXTRACTABLE, false),
                Attributes.of(CKA_SIGN, true),
                Attributes.of(CKA_UNWRAP, false),
                Attributes.of(CKA_DERIVE, false),
                Attributes.of(CKA_ID, id),
                Attributes.of(CKA_LABEL, label)));
        if (noDecrypt) {
            privateTemplate.add(Attributes.of(CKA_DECRYPT, false));
        }
        return writing.generateKeyPair(
                Attributes.mechanism(CKM_EC_KEY_PAIR_GEN, null),
                publicTemplate,
                privateTemplate.toArray(CK_ATTRIBUTE[]::new));
    }

    private static byte[] spki(Pkcs11Session session, byte[] id, String name) throws PKCS11Exception, KeyUnsafe {
        return spki(session, session.find(privateKey(id))[0], publicKeys(session, id), name);
    }

    private static long[] publicKeys(Pkcs11Session session, byte[] id) throws PKCS11Exception {
        return session.find(Attributes.of(CKA_CLASS, CKO_PUBLIC_KEY), Attributes.of(CKA_ID, id));
    }

    private static byte[] spki(Pkcs11Session session, long key, long[] found, String name)
            throws PKCS11Exception, KeyUnsafe {
        if (!Boolean.TRUE.equals(session.attribute(key, CKA_SENSITIVE))
                || !Boolean.FALSE.equals(session.attribute(key, CKA_EXTRACTABLE))) {
            throw new KeyUnsafe(
                    "the signing key '" + name + "' on the token is not both sensitive and not extractable");
        }
        byte @Nullable [] point = found.length == 1 ? (byte[]) session.attribute(found[0], CKA_EC_POINT) : null;
        if (point == null || point.length < POINT_BYTES) {
            throw new KeyUnsafe("the token gives no P-256 public key for the signing key '" + name + "'");
        }
        // CKA_EC_POINT is a DER OCTET STRING around the point; some tokens give the bare point. Its last 65 bytes are
        // the same.
        byte[] spki = Arrays.copyOf(SPKI_HEAD, SPKI_HEAD.length + POINT_BYTES);
        System.arraycopy(point, point.length - POINT_BYTES, spki, SPKI_HEAD.length, POINT_BYTES);
        return spki;
    }

    private static CK_ATTRIBUTE[] privateKey(byte[] id) {
        return new CK_ATTRIBUTE[] {
            Attributes.of(CKA_CLASS, CKO_PRIVATE_KEY), Attributes.of(CKA_KEY_TYPE, CKK_EC), Attributes.of(CKA_ID, id)
        };
    }

    @Override
    public byte[] publicKey() {
        return publicKey.clone();
    }

    @Override
    public CompletionStage<byte[]> sign(byte[] message) {
        byte[] digest = digest(message);
        return workers.submit(session -> {
            long[] found = session.find(privateKey(id));
            if (found.length == 0) {
                throw new KeyMissing("the token does not hold the signing key '" + name
                        + "' any more: restore it from the HSM's backup, or connect the token that holds it");
            }
            return session.sign(Attributes.mechanism(CKM_ECDSA, null), found[0], digest);
        });
    }

    private static byte[] digest(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
