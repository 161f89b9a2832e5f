package dev.kekkai.agent;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Arrays;

/**
 * A certificate in which a P-256 key speaks for itself (RFC 5280, DER of X.690): TLS wants one where only the key counts. It names nobody,
 * and says nothing of time, because nobody is to believe either.
 */
final class SelfSigned {
    private static final int INTEGER = 0x02;
    private static final int BITS = 0x03;
    private static final int UTF8 = 0x0C;
    private static final int TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int VERSION = 0xA0;

    /** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
    private static final byte[] ECDSA_SHA256 =
            tlv(SEQUENCE, tlv(0x06, new byte[] {0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x04, 0x03, 0x02}));

    /** 2.5.4.3, commonName. */
    private static final byte[] COMMON_NAME = tlv(0x06, new byte[] {0x55, 0x04, 0x03});

    private SelfSigned() {}

    static byte[] of(KeyPair pair) throws GeneralSecurityException {
        byte[] name = tlv(SEQUENCE, tlv(SET, tlv(SEQUENCE, COMMON_NAME, text(UTF8, "kekkai agent"))));
        // RFC 5280 §4.1.2.5: 99991231235959Z is "no well-defined expiration date".
        byte[] always = tlv(SEQUENCE, text(TIME, "20000101000000Z"), text(TIME, "99991231235959Z"));
        byte[] body = tlv(
                SEQUENCE,
                tlv(VERSION, tlv(INTEGER, new byte[] {2})),
                tlv(INTEGER, new byte[] {1}),
                ECDSA_SHA256,
                name,
                always,
                name,
                pair.getPublic().getEncoded());
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(body);
        return tlv(SEQUENCE, body, ECDSA_SHA256, tlv(BITS, new byte[1], signature.sign()));
    }

    private static byte[] text(int tag, String text) {
        return tlv(tag, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** All lengths here are below 65,536. */
    private static byte[] tlv(int tag, byte[]... contents) {
        int length = Arrays.stream(contents).mapToInt(content -> content.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        Arrays.stream(contents).forEach(out::writeBytes);
        return out.toByteArray();
    }
}
