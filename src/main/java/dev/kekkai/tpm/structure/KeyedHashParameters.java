package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.security.InvalidKeyException;
import java.security.PublicKey;

/**
 * {@code TPMS_KEYEDHASH_PARMS} (Part 2 §12.2.3.3) and its unique value: an HMAC key, or sealed data if the scheme is
 * {@link Scheme#NONE}.
 */
public record KeyedHashParameters(Scheme scheme, byte[] unique) implements PublicParameters {
    static KeyedHashParameters read(TpmReader in) throws Malformed {
        return new KeyedHashParameters(
                Scheme.read(in, "TPMS_KEYEDHASH_PARMS"), in.sized(HashAlg.MAX_LENGTH, "TPMU_PUBLIC_ID.keyedHash"));
    }

    @Override
    public int type() {
        return TpmAlg.KEYEDHASH;
    }

    @Override
    public void write(TpmWriter out) {
        scheme.write(out);
        out.sized(unique);
    }

    @Override
    public PublicKey publicKey() throws InvalidKeyException {
        throw new InvalidKeyException("a keyed hash has no public key");
    }
}
