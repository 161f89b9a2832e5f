package dev.kekkai.tpm.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.crypto.Kdf;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.KeyedHashParameters;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.RsaParameters;
import dev.kekkai.tpm.structure.Scheme;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.SymCipherParameters;
import dev.kekkai.tpm.structure.Symmetric;
import dev.kekkai.tpm.structure.TpmAlg;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tss.tpm.TPMA_OBJECT;
import tss.tpm.TPMS_ECC_PARMS;
import tss.tpm.TPMS_ECC_POINT;
import tss.tpm.TPMS_NULL_KDF_SCHEME;
import tss.tpm.TPMS_SIGNATURE_ECDSA;
import tss.tpm.TPMS_SIG_SCHEME_ECDSA;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPMT_SYM_DEF_OBJECT;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_ECC_CURVE;

class StructuresOracleTest {
    static Stream<PublicArea> areas() {
        PublicArea rsaSigning = new PublicArea(
                HashAlg.SHA384,
                0x0004_0072,
                new byte[48],
                new RsaParameters(Symmetric.NONE, new Scheme(TpmAlg.RSASSA, HashAlg.SHA256), 2048, 0, new byte[256]));
        PublicArea hmac = new PublicArea(
                HashAlg.SHA256, 0x0004_0072, new byte[0], new KeyedHashParameters(Scheme.HMAC_SHA256, new byte[32]));
        PublicArea sealed =
                new PublicArea(HashAlg.SHA1, 0x12, new byte[20], new KeyedHashParameters(Scheme.NONE, new byte[20]));
        PublicArea symmetric = new PublicArea(
                HashAlg.SHA512, 0x0003_0072, new byte[0], new SymCipherParameters(Symmetric.AES_256_CFB, new byte[64]));
        return Stream.concat(
                Stream.of(AkTemplate.template(), rsaSigning, hmac, sealed, symmetric),
                Arrays.stream(EkTemplate.values()).map(EkTemplate::template));
    }

    @ParameterizedTest
    @MethodSource("areas")
    void a_public_area_of_ours_is_read_by_theirs_with_the_same_name_and_comes_back(PublicArea ours) throws Exception {
        TPMT_PUBLIC theirs = TPMT_PUBLIC.fromBytes(ours.bytes());

        assertThat(theirs.toBytes()).isEqualTo(ours.bytes());
        assertThat(theirs.getName()).isEqualTo(ours.name());
        assertThat(theirs.objectAttributes.toInt()).isEqualTo(ours.attributes());
        assertThat(PublicArea.parse(theirs.toBytes()).sameAs(ours)).isTrue();
    }

    @Test
    void a_public_area_of_theirs_is_read_by_ours() throws Exception {
        byte[] x = HashAlg.SHA256.digest("kekkai/ak/1".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        TPMT_PUBLIC theirs = new TPMT_PUBLIC(
                TPM_ALG_ID.SHA256,
                new TPMA_OBJECT(
                        TPMA_OBJECT.fixedTPM,
                        TPMA_OBJECT.fixedParent,
                        TPMA_OBJECT.sensitiveDataOrigin,
                        TPMA_OBJECT.userWithAuth,
                        TPMA_OBJECT.noDA,
                        TPMA_OBJECT.restricted,
                        TPMA_OBJECT.sign),
                new byte[0],
                new TPMS_ECC_PARMS(
                        new TPMT_SYM_DEF_OBJECT(TPM_ALG_ID.NULL, 0, TPM_ALG_ID.NULL),
                        new TPMS_SIG_SCHEME_ECDSA(TPM_ALG_ID.SHA256),
                        TPM_ECC_CURVE.NIST_P256,
                        new TPMS_NULL_KDF_SCHEME()),
                new TPMS_ECC_POINT(x, new byte[32]));

        assertThat(AkTemplate.template().bytes()).isEqualTo(theirs.toBytes());
        assertThat(AkTemplate.matches(PublicArea.parse(theirs.toBytes()))).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void kdfa_gives_the_same_bytes(HashAlg hash) {
        byte[] key = {1, 2, 3};
        for (int bits : new int[] {128, 256, 384, 512, 1024}) {
            try (Secret ours = Kdf.a(hash, key, "STORAGE", new byte[] {4}, new byte[] {5, 6}, bits)) {
                assertThat(ours.lent())
                        .isEqualTo(tss.Crypto.KDFa(
                                TPM_ALG_ID.fromInt(hash.id()),
                                key,
                                "STORAGE",
                                new byte[] {4},
                                new byte[] {5, 6},
                                bits));
            }
        }
    }

    @Test
    void their_check_of_an_ecdsa_signature_accepts_zeros_for_any_message_and_ours_does_not() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
        PublicArea ak = new PublicArea(
                HashAlg.SHA256,
                AkTemplate.ATTRIBUTES,
                new byte[0],
                new EccParameters(
                        Symmetric.NONE,
                        Scheme.ECDSA_SHA256,
                        EccCurve.NIST_P256,
                        Scheme.NONE,
                        EccPoint.of(EccCurve.NIST_P256, key.getW())));
        byte[] message = {42};
        byte[] zero = new byte[32];

        assertThat(TPMT_PUBLIC
                        .fromBytes(ak.bytes())
                        .validateSignature(message, new TPMS_SIGNATURE_ECDSA(TPM_ALG_ID.SHA256, zero, zero)))
                .as("TSS.Java calls this a signature")
                .isTrue();

        java.security.Signature jca = java.security.Signature.getInstance("SHA256withECDSAinP1363Format");
        jca.initVerify(ak.parameters().publicKey());
        jca.update(message);
        assertThat(jca.verify(new Signature.Ecdsa(HashAlg.SHA256, zero, zero).p1363(EccCurve.NIST_P256)))
                .isFalse();
    }

    @Test
    void theirs_reads_a_public_area_that_was_cut_off_as_one_without_a_coordinate_and_ours_says_where_it_ends() {
        byte[] whole = AkTemplate.template().bytes();
        byte[] cut = Arrays.copyOf(whole, whole.length - 10);

        assertThat(((TPMS_ECC_POINT) TPMT_PUBLIC.fromBytes(cut).unique).y)
                .as("TSS.Java calls this a point")
                .isNull();
        assertThatExceptionOfType(Malformed.class)
                .isThrownBy(() -> PublicArea.parse(cut))
                .withMessage("TPMS_ECC_POINT.y needs 32 bytes and has 22, at byte 56");
    }
}
