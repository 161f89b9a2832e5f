package dev.kekkai.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.kekkai.store.AuditAnchor;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.UUID;

/**
 * What the HSM signs of an audit trail, and whether it did:
 *
 * <pre>
 * signed    = LP("kekkai/audit/anchor/1") | replica 16 | seq u64 | hash 32 | time u64
 * signature = ECDSA P-256 over SHA-256(signed), r | s of 32 bytes each
 * </pre>
 *
 * with numbers in big-endian order, the time in milliseconds since 1970, and LP a u32 length and the bytes.
 */
public final class AnchorSignature {
    /** The label of the signing key in the HSM. It signs nothing else. */
    public static final String LABEL = "kekkai-audit";

    private static final byte[] DOMAIN = "kekkai/audit/anchor/1".getBytes(US_ASCII);
    private static final int HASH = 32;

    private AnchorSignature() {}

    /** The bytes that are signed. */
    public static byte[] signed(UUID replica, long seq, byte[] hash, Instant time) {
        return ByteBuffer.allocate(Integer.BYTES + DOMAIN.length + 4 * Long.BYTES + HASH)
                .putInt(DOMAIN.length)
                .put(DOMAIN)
                .putLong(replica.getMostSignificantBits())
                .putLong(replica.getLeastSignificantBits())
                .putLong(seq)
                .put(hash)
                .putLong(time.toEpochMilli())
                .array();
    }

    /**
     * Whether an anchor was signed by a key.
     *
     * @param publicKey DER SubjectPublicKeyInfo, from the token
     */
    public static boolean verifies(byte[] publicKey, AuditAnchor anchor) {
        if (anchor.hash().length != HASH) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(publicKey)));
            verifier.update(signed(anchor.replica(), anchor.seq(), anchor.hash(), anchor.time()));
            return verifier.verify(anchor.signature());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
