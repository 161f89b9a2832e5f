package dev.kekkai.tpm.session;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.structure.TpmReader;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-128-CFB over the content of the first parameter, a {@code TPM2B}; its size stays readable (Part 1 §21.3). */
final class ParameterCipher {
    private static final int BLOCK = 16;

    private ParameterCipher() {}

    static void encrypt(Secret keyAndIv, byte[] parameters) throws Malformed {
        apply(Cipher.ENCRYPT_MODE, keyAndIv, parameters);
    }

    static void decrypt(Secret keyAndIv, byte[] parameters) throws Malformed {
        apply(Cipher.DECRYPT_MODE, keyAndIv, parameters);
    }

    private static void apply(int mode, Secret keyAndIv, byte[] parameters) throws Malformed {
        TpmReader in = new TpmReader(parameters);
        int length = in.u16("parameter.size");
        if (length > in.remaining()) {
            throw in.malformed("parameter.size", "is more than there are bytes");
        }
        // CFB is a stream, but the JCA wants whole blocks: the last one is filled up, and cut again.
        byte[] padded = Arrays.copyOf(in.bytes(length, "parameter"), (length + BLOCK - 1) / BLOCK * BLOCK);
        byte[] material = keyAndIv.lent();
        int keyLength = AuthSession.KEY_BITS / 8;
        byte[] out = padded;
        try {
            Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
            cipher.init(
                    mode,
                    new SecretKeySpec(material, 0, keyLength, "AES"),
                    new IvParameterSpec(material, keyLength, BLOCK));
            out = cipher.doFinal(padded);
            System.arraycopy(out, 0, parameters, 2, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has AES in CFB mode", e);
        } finally {
            Arrays.fill(padded, (byte) 0);
            Arrays.fill(out, (byte) 0);
        }
    }
}
