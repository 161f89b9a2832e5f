package dev.kekkai.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.testing.attestation.SoftwareEk;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.RsaParameters;
import dev.kekkai.tpm.structure.Scheme;
import dev.kekkai.tpm.structure.Symmetric;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is looked at before any secret is made, on keys in software. */
class AdmissionTest {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final byte[] TLS_KEY = HashAlg.SHA256.digest("spki".getBytes(StandardCharsets.UTF_8));

    private static KeyPair rsa;
    private static KeyPair p256;
    private static KeyPair p384;
    private static PublicArea ak;

    @BeforeAll
    static void keys() throws Exception {
        rsa = SoftwareEk.rsa(2048);
        p256 = SoftwareEk.ecc("secp256r1");
        p384 = SoftwareEk.ecc("secp384r1");
        ak = QuoteMaker.publicArea(SoftwareEk.ecc("secp256r1"));
    }

    @ParameterizedTest
    @EnumSource(EkTemplate.class)
    void an_ek_of_each_template_is_admitted(EkTemplate template) throws Exception {
        Admission admission = judge(ek(template), ak.bytes());

        assertThat(admission).isInstanceOfSatisfying(Admission.Admitted.class, admitted -> {
            assertThat(admitted.ek().template()).isEqualTo(template);
            assertThat(admitted.ak().name()).isEqualTo(ak.name());
            assertThat(admitted.trust()).isEqualTo(TrustClass.VOUCHED);
        });
    }

    @ParameterizedTest
    @EnumSource(EkTemplate.class)
    void each_bit_of_an_eks_attributes_and_policy_counts(EkTemplate template) throws Exception {
        PublicArea sound = ek(template);
        for (int bit = 0; bit < 32; bit++) {
            assertThat(reason(judge(with(sound, sound.attributes() ^ 1 << bit), ak.bytes())))
                    .as("bit %d", bit)
                    .isEqualTo(Reason.EK_TEMPLATE);
        }
        byte[] otherPolicy = sound.authPolicy().clone();
        otherPolicy[0] ^= 1;
        assertThat(reason(judge(
                        new PublicArea(sound.nameAlg(), sound.attributes(), otherPolicy, sound.parameters()),
                        ak.bytes())))
                .isEqualTo(Reason.EK_TEMPLATE);
    }

    /** Made as Infineon's library made them, whose TPMs are in use still. */
    @Test
    void an_ek_whose_private_half_can_be_computed_is_refused() throws Exception {
        BigInteger modulus = infineons().multiply(infineons());
        assertThat(modulus.bitLength()).isEqualTo(2048);
        KeyPair weak = new KeyPair(
                KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(65_537))),
                rsa.getPrivate());
        PublicArea ek = SoftwareEk.area(EkTemplate.L_1, weak);

        Admission admission = judge(ek, ak.bytes());

        assertThat(reason(admission)).isEqualTo(Reason.EK_WEAK);
        assertThat(((Admission.Denied) admission).verdict().toString()).contains("CVE-2017-15361");
    }

    /** A prime of 1,024 bits: k * M + 65537^a mod M, where M is the product of the first 126 primes. */
    private static BigInteger infineons() {
        SecureRandom random = new SecureRandom();
        BigInteger product = BigInteger.ONE;
        BigInteger prime = BigInteger.ONE;
        for (int i = 0; i < 126; i++) {
            prime = prime.nextProbablePrime();
            product = product.multiply(prime);
        }
        BigInteger top = BigInteger.ONE.shiftLeft(1024).subtract(BigInteger.ONE).divide(product);
        BigInteger found;
        do {
            // Near the top, so that the product of two has 2,048 bits.
            BigInteger k =
                    top.subtract(new BigInteger(top.bitLength() - 3, random)).subtract(BigInteger.ONE);
            BigInteger power = BigInteger.valueOf(65_537).modPow(new BigInteger(254, random), product);
            found = k.multiply(product).add(power);
        } while (!found.isProbablePrime(40));
        return found;
    }

    static IntStream bits() {
        return IntStream.range(0, 32);
    }

    @ParameterizedTest
    @MethodSource("bits")
    void each_bit_of_the_aks_attributes_counts(int bit) throws Exception {
        PublicArea other = with(ak, ak.attributes() ^ 1 << bit);

        assertThat(reason(judge(ek(EkTemplate.L_2), other.bytes()))).isEqualTo(Reason.AK_TEMPLATE);
    }

    static Stream<PublicArea> almostOurAk() {
        EccParameters sound =
                (EccParameters) QuoteMaker.publicArea(QuoteMaker.newKey()).parameters();
        EccPoint point = sound.point();
        return Stream.of(
                area(new byte[32], sound),
                area(
                        new byte[0],
                        new EccParameters(Symmetric.AES_128_CFB, sound.scheme(), sound.curve(), Scheme.NONE, point)),
                area(new byte[0], new EccParameters(Symmetric.NONE, Scheme.NONE, sound.curve(), Scheme.NONE, point)),
                area(
                        new byte[0],
                        new EccParameters(
                                Symmetric.NONE,
                                new Scheme(Scheme.ECDSA_SHA256.algorithm(), HashAlg.SHA1),
                                sound.curve(),
                                Scheme.NONE,
                                point)),
                area(
                        new byte[0],
                        new EccParameters(Symmetric.NONE, sound.scheme(), EccCurve.NIST_P384, Scheme.NONE, point)));
    }

    @ParameterizedTest
    @MethodSource("almostOurAk")
    void an_ak_of_almost_our_template_is_refused(PublicArea almost) throws Exception {
        assertThat(reason(judge(ek(EkTemplate.L_2), almost.bytes()))).isEqualTo(Reason.AK_TEMPLATE);
    }

    @Test
    void what_is_no_point_of_the_curve_is_no_key() throws Exception {
        EccPoint sound = ((EccParameters) ak.parameters()).point();
        byte[] off = sound.y().clone();
        off[31] ^= 1;
        byte[] longer = new byte[33];
        System.arraycopy(sound.x(), 0, longer, 1, 32);
        for (EccPoint point : List.of(
                new EccPoint(sound.x(), off),
                new EccPoint(new byte[32], new byte[32]),
                EccPoint.EMPTY,
                new EccPoint(longer, sound.y()))) {
            PublicArea badAk = area(
                    new byte[0],
                    new EccParameters(Symmetric.NONE, Scheme.ECDSA_SHA256, EccCurve.NIST_P256, Scheme.NONE, point));
            assertThat(reason(judge(ek(EkTemplate.L_2), badAk.bytes()))).isEqualTo(Reason.AK_TEMPLATE);

            PublicArea blank = EkTemplate.L_2.template();
            EccParameters parameters = (EccParameters) blank.parameters();
            PublicArea badEk = new PublicArea(
                    blank.nameAlg(),
                    blank.attributes(),
                    blank.authPolicy(),
                    new EccParameters(
                            parameters.symmetric(), parameters.scheme(), parameters.curve(), parameters.kdf(), point));
            assertThat(reason(judge(badEk, ak.bytes()))).isEqualTo(Reason.EK_TEMPLATE);
        }
    }

    @Test
    void an_rsa_ek_of_another_size_or_exponent_is_refused() throws Exception {
        PublicArea sound = ek(EkTemplate.L_1);
        RsaParameters parameters = (RsaParameters) sound.parameters();
        byte[] small = parameters.modulus().clone();
        small[0] = 0;
        for (RsaParameters other : List.of(
                new RsaParameters(parameters.symmetric(), parameters.scheme(), 2048, 3, parameters.modulus()),
                new RsaParameters(parameters.symmetric(), parameters.scheme(), 1024, 0, parameters.modulus()),
                new RsaParameters(parameters.symmetric(), parameters.scheme(), 2048, 0, small),
                new RsaParameters(Symmetric.AES_256_CFB, parameters.scheme(), 2048, 0, parameters.modulus()))) {
            PublicArea area = new PublicArea(sound.nameAlg(), sound.attributes(), sound.authPolicy(), other);
            assertThat(reason(judge(area, ak.bytes()))).isEqualTo(Reason.EK_TEMPLATE);
        }
    }

    @Test
    void what_cannot_be_read_is_refused_and_nothing_else() throws Exception {
        byte[] ekBytes = ek(EkTemplate.L_2).bytes();
        for (int length = 0; length < ekBytes.length; length++) {
            assertThat(reason(judge(Arrays.copyOf(ekBytes, length), ak.bytes())))
                    .isEqualTo(Reason.EK_TEMPLATE);
        }
        assertThat(reason(judge(Arrays.copyOf(ekBytes, ekBytes.length + 1), ak.bytes())))
                .isEqualTo(Reason.EK_TEMPLATE);
        for (int length = 0; length < ak.bytes().length; length++) {
            assertThat(reason(judge(ekBytes, Arrays.copyOf(ak.bytes(), length))))
                    .isEqualTo(Reason.AK_TEMPLATE);
        }
    }

    @Test
    void of_two_faults_the_one_that_is_checked_first_is_the_reason() throws Exception {
        PublicArea enrolled = ek(EkTemplate.L_2);
        byte[] other = ek(EkTemplate.H_3).bytes();
        byte[] nothing = new byte[0];

        assertThat(reason(judge(nothing, nothing, enrolled, new byte[32]))).isEqualTo(Reason.TLS_KEY);
        assertThat(reason(judge(nothing, nothing, enrolled, TLS_KEY))).isEqualTo(Reason.EK_TEMPLATE);
        assertThat(reason(judge(other, nothing, enrolled, TLS_KEY))).isEqualTo(Reason.EK_NOT_ENROLLED);
        assertThat(reason(judge(enrolled.bytes(), nothing, enrolled, TLS_KEY))).isEqualTo(Reason.AK_TEMPLATE);
    }

    @Test
    void without_a_folder_of_cas_each_ek_is_vouched_for_and_no_more() throws Exception {
        PublicArea area = ek(EkTemplate.L_2);

        assertThat(reason(judge(area, List.of(), Optional.empty(), TrustClass.VIRTUAL)))
                .isEqualTo(Reason.TRUST_CLASS);
        assertThat(judge(area, List.of(new byte[10]), Optional.empty(), TrustClass.VOUCHED))
                .isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void a_chain_that_fails_matters_only_where_one_is_demanded() throws Exception {
        PublicArea area = ek(EkTemplate.L_2);
        KeyPair caKey = SoftwareEk.rsa(2048);
        X509Certificate root = CertificateMaker.ca("root").selfSigned(caKey);
        X509Certificate leaf = CertificateMaker.ek(false).issued(p256.getPublic(), root, caKey);
        Optional<EkAuthorities> authorities = Optional.of(EkAuthorities.of(List.of(root), List.of(), Set.of()));

        assertThat(judge(area, List.of(leaf.getEncoded()), authorities, TrustClass.HARDWARE))
                .isInstanceOfSatisfying(Admission.Admitted.class, admitted -> assertThat(admitted.trust())
                        .isEqualTo(TrustClass.HARDWARE));
        assertThat(reason(judge(area, List.of(), authorities, TrustClass.HARDWARE)))
                .isEqualTo(Reason.EK_CERTIFICATE);
        assertThat(judge(area, List.of(), authorities, TrustClass.VOUCHED))
                .isInstanceOfSatisfying(Admission.Admitted.class, admitted -> assertThat(admitted.trust())
                        .isEqualTo(TrustClass.VOUCHED));
    }

    private static Admission judge(PublicArea ek, byte[] ak) throws Exception {
        return judge(ek.bytes(), ak, ek, TLS_KEY);
    }

    private static Admission judge(byte[] ek, byte[] ak) throws Exception {
        return judge(ek, ak, ek(EkTemplate.L_2), TLS_KEY);
    }

    /** The enrolment is by name, so that an EK of no template is refused for that and not because nobody enrolled it. */
    private static Admission judge(byte[] ek, byte[] ak, PublicArea enrolled, byte[] tlsKey) {
        EkFingerprint fingerprint =
                new EkFingerprint(EkFingerprint.Kind.NAME, HexFormat.of().formatHex(enrolled.name()));
        return Admission.judge(
                new Claim(ek, List.of(), ak, tlsKey),
                TLS_KEY,
                new Enrolment(fingerprint, Optional.empty()),
                Optional.empty(),
                TrustClass.VOUCHED,
                NOW);
    }

    private static Admission judge(
            PublicArea ek, List<byte[]> chain, Optional<EkAuthorities> authorities, TrustClass atLeast)
            throws Exception {
        EkFingerprint fingerprint = EkFingerprint.nameOf(EndorsementKey.parse(ek.bytes()));
        return Admission.judge(
                new Claim(ek.bytes(), chain, ak.bytes(), TLS_KEY),
                TLS_KEY,
                new Enrolment(fingerprint, Optional.empty()),
                authorities,
                atLeast,
                NOW);
    }

    private static Reason reason(Admission admission) {
        assertThat(admission).isInstanceOf(Admission.Denied.class);
        return ((Admission.Denied) admission).verdict().reason();
    }

    private static PublicArea ek(EkTemplate template) {
        return SoftwareEk.area(
                template,
                switch (template) {
                    case L_1, H_1 -> rsa;
                    case L_2, H_2 -> p256;
                    case H_3 -> p384;
                });
    }

    private static PublicArea with(PublicArea area, int attributes) {
        return new PublicArea(area.nameAlg(), attributes, area.authPolicy(), area.parameters());
    }

    private static PublicArea area(byte[] policy, EccParameters parameters) {
        return new PublicArea(HashAlg.SHA256, AkTemplate.ATTRIBUTES, policy, parameters);
    }
}
