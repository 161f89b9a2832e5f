package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.security.InvalidKeyException;
import java.security.PublicKey;

/** {@code TPMS_SYMCIPHER_PARMS} (Part 2 §12.2.3.4) and its unique value: a symmetric storage parent. */
public record SymCipherParameters(Symmetric symmetric, byte[] unique) implements PublicParameters {
    static SymCipherParameters read(TpmReader in) throws Malformed {
        return new SymCipherParameters(Symmetric.read(in), in.sized(HashAlg.MAX_LENGTH, "TPMU_PUBLIC_ID.sym"));
    }

    @Override
    public int type() {
        return TpmAlg.SYMCIPHER;
    }

    @Override
    public void write(TpmWriter out) {
        symmetric.write(out);
        out.sized(unique);
    }

    @Override
    public PublicKey publicKey() throws InvalidKeyException {
        throw new InvalidKeyException("a symmetric key has no public key");
    }
}
