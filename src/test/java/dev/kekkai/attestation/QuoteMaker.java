package dev.kekkai.attestation;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.Scheme;
import dev.kekkai.tpm.structure.Symmetric;
import dev.kekkai.tpm.structure.TpmWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Quotes by an AK in software, field by field, for what no honest TPM signs. Its public area is exactly of our template: that no TPM holds the
 * private key is what only an activation would show.
 */
final class QuoteMaker {
    final KeyPair key = newKey();
    KeyPair signer = key;
    long magic = 0xFF544347L;
    int type = 0x8018;
    byte[] qualifiedSigner = ak().qualifiedName();
    byte[] extraData = HashAlg.SHA256.digest("challenge".getBytes(StandardCharsets.UTF_8));
    long resetCount = 7;
    long restartCount = 2;
    long firmware = 0x0007_0002_0003_0001L;
    HashAlg bank = HashAlg.SHA256;
    Optional<HashAlg> secondBank = Optional.empty();
    int[] selected = {0, 2, 4, 7};
    final SortedMap<Integer, Digest> values = new TreeMap<>();
    byte[] eventLog = new byte[0];
    UnaryOperator<byte[]> digest = UnaryOperator.identity();
    UnaryOperator<byte[]> attest = UnaryOperator.identity();
    UnaryOperator<byte[]> signature = UnaryOperator.identity();
    UnaryOperator<byte[]> joinedValues = UnaryOperator.identity();

    QuoteMaker() {
        for (int pcr : selected) {
            values.put(pcr, value(pcr, "sound"));
        }
    }

    /** The value of a PCR into which one text was measured. */
    static Digest value(int pcr, String measured) {
        byte[] text = (measured + pcr).getBytes(StandardCharsets.UTF_8);
        return Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(new byte[32], HashAlg.SHA256.digest(text)));
    }

    AttestationKey ak() {
        try {
            return AttestationKey.parse(publicArea(key).bytes());
        } catch (Refusal e) {
            throw new IllegalStateException(e);
        }
    }

    static PublicArea publicArea(KeyPair key) {
        EccPoint point = EccPoint.of(EccCurve.NIST_P256, ((ECPublicKey) key.getPublic()).getW());
        return new PublicArea(
                HashAlg.SHA256,
                AkTemplate.ATTRIBUTES,
                new byte[0],
                new EccParameters(Symmetric.NONE, Scheme.ECDSA_SHA256, EccCurve.NIST_P256, Scheme.NONE, point));
    }

    Evidence make() {
        byte[] joined = new PcrValues(Selection.of(HashAlg.SHA256, values.keySet()), values).join();
        byte[] signed = attest.apply(attest(digest.apply(HashAlg.SHA256.digest(joined))));
        return new Evidence(signed, signature.apply(sign(signed)), joinedValues.apply(joined), eventLog);
    }

    private byte[] attest(byte[] pcrDigest) {
        byte[] bitmap = new byte[3];
        for (int pcr : selected) {
            bitmap[pcr / 8] |= (byte) (1 << pcr % 8);
        }
        TpmWriter out = new TpmWriter()
                .u32(magic)
                .u16(type)
                .sized(qualifiedSigner)
                .sized(extraData)
                .u64(123_456)
                .u32(resetCount)
                .u32(restartCount)
                .u8(1)
                .u64(firmware)
                .u32(secondBank.isPresent() ? 2 : 1)
                .u16(bank.id())
                .u8(bitmap.length)
                .bytes(bitmap);
        secondBank.ifPresent(second -> out.u16(second.id()).u8(bitmap.length).bytes(bitmap));
        return out.sized(pcrDigest).toBytes();
    }

    private byte[] sign(byte[] attested) {
        try {
            Signature ecdsa = Signature.getInstance("SHA256withECDSAinP1363Format");
            ecdsa.initSign(signer.getPrivate());
            ecdsa.update(attested);
            byte[] both = ecdsa.sign();
            return ecdsa(Arrays.copyOf(both, 32), Arrays.copyOfRange(both, 32, 64));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** TPMT_SIGNATURE: ECDSA with SHA-256. */
    static byte[] ecdsa(byte[] r, byte[] s) {
        return new TpmWriter().u16(0x0018).u16(0x000B).sized(r).sized(s).toBytes();
    }

    static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
