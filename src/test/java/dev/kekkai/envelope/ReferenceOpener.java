package dev.kekkai.envelope;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Arrays.copyOfRange;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Opens envelopes from the written definition and the JDK's cryptography, cutting the bytes by hand; nothing of the package under test is used. */
final class ReferenceOpener {
    private final byte[] envelope;
    private final byte[] iv;
    private final byte[] box;
    private final int afterBox;
    private final byte[] boxAad;

    ReferenceOpener(byte[] envelope, String purpose) {
        this.envelope = envelope;
        int ivLength = envelope[19];
        iv = copyOfRange(envelope, 20, 20 + ivLength);
        int boxLength = ByteBuffer.wrap(envelope).getShort(20 + ivLength) & 0xFFFF;
        afterBox = 22 + ivLength + boxLength;
        box = copyOfRange(envelope, 22 + ivLength, afterBox);
        boxAad = join(("kekkai/" + purpose + "/1").getBytes(US_ASCII), copyOfRange(envelope, 0, 19));
    }

    byte[] open(Vectors.Opens vector) throws GeneralSecurityException {
        byte[] opened = box(vector);
        return envelope[1] == 1 ? opened : leaf(opened);
    }

    /** What the box holds: a DEK, or a batch key. */
    byte[] box(Vectors.Opens vector) throws GeneralSecurityException {
        return switch (envelope[2]) {
            case 1 -> gcm(vector.key("aes"), iv, box, boxAad);
            case 2 -> cbcHmac(vector.key("aes"), vector.key("mac"));
            case 5 -> tpm(vector.key("hmac"));
            default -> throw new AssertionError("no such mechanism");
        };
    }

    private byte[] leaf(byte[] batchKey) throws GeneralSecurityException {
        byte[] leafIv = copyOfRange(envelope, afterBox, afterBox + 12);
        byte[] aad = join("kekkai/leaf/1".getBytes(US_ASCII), copyOfRange(envelope, 0, afterBox + 12));
        return gcm(batchKey, leafIv, copyOfRange(envelope, afterBox + 12, envelope.length), aad);
    }

    private byte[] cbcHmac(byte[] aesKey, byte[] macKey) throws GeneralSecurityException {
        byte[] ciphertext = copyOfRange(box, 0, box.length - 32);
        byte[] tag = copyOfRange(box, box.length - 32, box.length);
        if (!MessageDigest.isEqual(tag, hmac(macKey, join(u32(boxAad.length), boxAad, iv, ciphertext)))) {
            throw new AEADBadTagException("HMAC");
        }
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(aesKey, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(ciphertext);
    }

    private byte[] tpm(byte[] key) throws GeneralSecurityException {
        byte[] context =
                join(iv, MessageDigest.getInstance("SHA-256").digest(boxAad)); // the iv field is the whole salt
        byte[] wk = hmac(key, join(u32(1), "kekkai/m5/1".getBytes(US_ASCII), new byte[1], context, u32(256)));
        return gcm(wk, copyOfRange(iv, 20, 32), box, boxAad);
    }

    private static byte[] gcm(byte[] key, byte[] iv, byte[] sealed, byte[] aad) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(aad);
        return cipher.doFinal(sealed);
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    private static byte[] u32(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer out = ByteBuffer.allocate(1 << 17);
        for (byte[] part : parts) {
            out.put(part);
        }
        return copyOfRange(out.array(), 0, out.position());
    }
}
