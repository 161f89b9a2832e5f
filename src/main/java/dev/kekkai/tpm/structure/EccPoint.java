package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;

/**
 * {@code TPMS_ECC_POINT} (Part 2 §11.2.5.2): two coordinates, unsigned, each at most {@value EccCurve#MAX_LENGTH} bytes. As it was read:
 * in a template they may be empty or anything, and leading zeros may be missing.
 */
public record EccPoint(byte[] x, byte[] y) {
    /** No coordinates, as in a template that leaves them to the TPM. */
    public static final EccPoint EMPTY = new EccPoint(new byte[0], new byte[0]);

    /** Coordinates of full length. */
    public static EccPoint of(EccCurve curve, ECPoint point) {
        return new EccPoint(fixed(point.getAffineX(), curve.length()), fixed(point.getAffineY(), curve.length()));
    }

    public static EccPoint read(TpmReader in) throws Malformed {
        return new EccPoint(
                in.sized(EccCurve.MAX_LENGTH, "TPMS_ECC_POINT.x"), in.sized(EccCurve.MAX_LENGTH, "TPMS_ECC_POINT.y"));
    }

    public void write(TpmWriter out) {
        out.sized(x).sized(y);
    }

    /**
     * The public key that this point is.
     *
     * @throws InvalidKeyException if it is not a point of the curve
     */
    public ECPublicKey publicKey(EccCurve curve) throws InvalidKeyException {
        ECParameterSpec parameters = curve.parameters();
        ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
        if (!onCurve(point, parameters)) {
            throw new InvalidKeyException("the point does not lie on " + curve);
        }
        try {
            return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, parameters));
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException("the point is no public key on " + curve, e);
        }
    }

    /** y² = x³ + ax + b over the field, both coordinates reduced. The NIST curves have cofactor 1: being on them is enough. */
    private static boolean onCurve(ECPoint point, ECParameterSpec parameters) {
        BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right = x.pow(2)
                .add(parameters.getCurve().getA())
                .multiply(x)
                .add(parameters.getCurve().getB())
                .mod(p);
        return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.pow(2).mod(p).equals(right);
    }

    /** Unsigned and big-endian in exactly that many bytes. */
    static byte[] fixed(BigInteger value, int length) {
        byte[] signed = value.toByteArray();
        byte[] fixed = new byte[length];
        int from = signed.length > length ? signed.length - length : 0;
        System.arraycopy(signed, from, fixed, length - (signed.length - from), signed.length - from);
        return fixed;
    }
}
