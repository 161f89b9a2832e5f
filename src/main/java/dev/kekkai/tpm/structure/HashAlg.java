package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** Hash algorithms ({@code TPMI_ALG_HASH}) of objects, sessions and PCR banks. Others are refused. */
public enum HashAlg {
    SHA1(0x0004, 20, "SHA-1"),
    SHA256(0x000B, 32, "SHA-256"),
    SHA384(0x000C, 48, "SHA-384"),
    SHA512(0x000D, 64, "SHA-512");

    /** The longest digest, in bytes. */
    public static final int MAX_LENGTH = 64;

    private final int id;
    private final int length;
    private final String jca;

    HashAlg(int id, int length, String jca) {
        this.id = id;
        this.length = length;
        this.jca = jca;
    }

    /** {@code TPM_ALG_ID}. */
    public int id() {
        return id;
    }

    /** Length of a digest in bytes. */
    public int length() {
        return length;
    }

    /** The JCA's name, for example {@code SHA-256}. */
    public String jca() {
        return jca;
    }

    /** The JCA's name of HMAC with this hash, for example {@code HmacSHA256}. */
    public String hmac() {
        return "Hmac" + jca.replace("-", "");
    }

    public static Optional<HashAlg> ofId(int id) {
        for (HashAlg hash : values()) {
            if (hash.id == id) {
                return Optional.of(hash);
            }
        }
        return Optional.empty();
    }

    /** Reads 16 bits of {@code TPM_ALG_ID}. */
    public static HashAlg read(TpmReader in, String field) throws Malformed {
        return ofId(in.u16(field)).orElseThrow(() -> in.malformed(field, "is no hash algorithm known here"));
    }

    /** The digest of all parts, one after the other. */
    public byte[] digest(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(jca);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform of ours has " + jca, e);
        }
    }
}
