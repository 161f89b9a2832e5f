package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.security.MessageDigest;

/**
 * {@code TPMT_PUBLIC} (Part 2 §12.2.4): the public area of an object, or the template of one. What is read marshals back to the same bytes,
 * so that the {@link #name} computed here is the TPM's.
 *
 * @param nameAlg of the name and the policy; {@code TPM_ALG_NULL} is refused
 * @param attributes {@code TPMA_OBJECT}, see {@link ObjectAttributes}
 * @param authPolicy empty, or a digest of {@code nameAlg}
 */
public record PublicArea(HashAlg nameAlg, int attributes, byte[] authPolicy, PublicParameters parameters) {
    /** The longest accepted, in bytes: RSA-4096 with a policy. */
    public static final int MAX_LENGTH = 1024;

    /** Parses exactly these bytes. */
    public static PublicArea parse(byte[] bytes) throws Malformed {
        TpmReader in = new TpmReader(bytes);
        PublicArea area = read(in);
        in.end("TPMT_PUBLIC");
        return area;
    }

    /** Reads a {@code TPM2B_PUBLIC}. */
    public static PublicArea readSized(TpmReader in) throws Malformed {
        TpmReader inside = in.inside(MAX_LENGTH, "TPM2B_PUBLIC");
        PublicArea area = read(inside);
        inside.end("TPMT_PUBLIC");
        return area;
    }

    private static PublicArea read(TpmReader in) throws Malformed {
        int type = in.u16("TPMT_PUBLIC.type");
        if (type != TpmAlg.RSA && type != TpmAlg.ECC && type != TpmAlg.KEYEDHASH && type != TpmAlg.SYMCIPHER) {
            throw in.malformed("TPMT_PUBLIC.type", "is no type of object known here");
        }
        HashAlg nameAlg = HashAlg.read(in, "TPMT_PUBLIC.nameAlg");
        int attributes = in.bits32("TPMT_PUBLIC.objectAttributes");
        byte[] authPolicy = in.sized(HashAlg.MAX_LENGTH, "TPMT_PUBLIC.authPolicy");
        if (authPolicy.length != 0 && authPolicy.length != nameAlg.length()) {
            throw in.malformed("TPMT_PUBLIC.authPolicy", "is no digest of " + nameAlg);
        }
        return new PublicArea(nameAlg, attributes, authPolicy, PublicParameters.read(type, in));
    }

    /** The marshalled {@code TPMT_PUBLIC}, without a size. */
    public byte[] bytes() {
        TpmWriter out = new TpmWriter()
                .u16(parameters.type())
                .u16(nameAlg.id())
                .u32(attributes)
                .sized(authPolicy);
        parameters.write(out);
        return out.toBytes();
    }

    /** {@code nameAlg ‖ digest of the area} (Part 1 §16): what the TPM calls the object. */
    public byte[] name() {
        return Names.of(nameAlg, bytes());
    }

    /** Whether all these attributes are set; see {@link ObjectAttributes}. */
    public boolean has(int attributesAsked) {
        return (attributes & attributesAsked) == attributesAsked;
    }

    /** Whether both marshal to the same bytes. */
    public boolean sameAs(PublicArea other) {
        return MessageDigest.isEqual(bytes(), other.bytes());
    }
}
