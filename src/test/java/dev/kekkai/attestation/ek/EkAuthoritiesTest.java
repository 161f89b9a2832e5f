package dev.kekkai.attestation.ek;

import static dev.kekkai.testing.attestation.CertificateMaker.ca;
import static dev.kekkai.testing.attestation.CertificateMaker.certificate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.testing.attestation.SoftwareEk;
import dev.kekkai.tpm.structure.EkTemplate;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EkAuthoritiesTest {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");

    private static KeyPair rootKey;
    private static KeyPair issuerKey;
    private static KeyPair ekKey;
    private static X509Certificate root;
    private static X509Certificate issuer;
    private static EndorsementKey ek;

    @BeforeAll
    static void a_maker_with_a_root_and_an_intermediate() throws Exception {
        rootKey = SoftwareEk.rsa(2048);
        issuerKey = SoftwareEk.rsa(2048);
        ekKey = SoftwareEk.rsa(2048);
        root = ca("root").selfSigned(rootKey);
        issuer = ca("issuer").issued(issuerKey.getPublic(), root, rootKey);
        ek = EndorsementKey.parse(SoftwareEk.area(EkTemplate.L_1, ekKey).bytes());
    }

    @Test
    void a_chain_to_a_makers_root_makes_an_ek_hardware() throws Exception {
        assertThat(folder(root, issuer).judge(ek, chain(ekCertificate()), NOW)).isEqualTo(TrustClass.HARDWARE);
    }

    @Test
    void an_intermediate_may_come_from_the_node() throws Exception {
        assertThat(folder(root).judge(ek, chain(ekCertificate(), issuer), NOW)).isEqualTo(TrustClass.HARDWARE);
        refused(folder(root), chain(ekCertificate()), Reason.EK_CHAIN, "issued by CN=issuer");
    }

    @Test
    void a_root_that_the_node_sends_along_makes_nothing_trusted() throws Exception {
        KeyPair otherKey = SoftwareEk.rsa(2048);
        X509Certificate otherRoot = ca("another root").selfSigned(otherKey);
        X509Certificate leaf = CertificateMaker.ek(true).issued(ekKey.getPublic(), otherRoot, otherKey);

        refused(folder(root, issuer), chain(leaf, otherRoot), Reason.EK_CHAIN, "issued by CN=another root");
        assertThat(folder(otherRoot).judge(ek, chain(leaf), NOW)).isEqualTo(TrustClass.HARDWARE);
    }

    @Test
    void a_ca_of_the_same_name_and_another_key_is_another_ca() throws Exception {
        KeyPair otherKey = SoftwareEk.rsa(2048);
        X509Certificate sameName = ca("issuer").issued(otherKey.getPublic(), root, otherKey);
        X509Certificate leaf = CertificateMaker.ek(true).issued(ekKey.getPublic(), sameName, otherKey);

        refused(folder(root, issuer), chain(leaf, sameName), Reason.EK_CHAIN, "no chain leads");
    }

    @Test
    void a_chain_is_worth_what_its_least_certificate_is() throws Exception {
        EkAuthorities vtpmUnderAMakersRoot = EkAuthorities.of(List.of(root), List.of(issuer), Set.of());
        EkAuthorities makerUnderAVtpmsRoot = EkAuthorities.of(List.of(issuer), List.of(root), Set.of());

        assertThat(vtpmUnderAMakersRoot.judge(ek, chain(ekCertificate()), NOW)).isEqualTo(TrustClass.VIRTUAL);
        assertThat(makerUnderAVtpmsRoot.judge(ek, chain(ekCertificate()), NOW)).isEqualTo(TrustClass.VIRTUAL);
    }

    @Test
    void a_vtpms_ca_stays_one_when_its_key_gets_another_certificate() throws Exception {
        X509Certificate expired = ca("issuer").until("20210101000000Z").issued(issuerKey.getPublic(), root, rootKey);
        EkAuthorities vtpmUnderAMakersRoot = EkAuthorities.of(List.of(root), List.of(expired), Set.of());

        refused(vtpmUnderAMakersRoot, chain(ekCertificate()), Reason.EK_CHAIN, "no chain leads");
        assertThat(vtpmUnderAMakersRoot.judge(ek, chain(ekCertificate(), issuer), NOW))
                .isEqualTo(TrustClass.VIRTUAL);
    }

    @Test
    void the_certificate_must_be_this_eks() throws Exception {
        X509Certificate other = ekCertificate(CertificateMaker.ek(true), SoftwareEk.rsa(2048));

        refused(folder(root, issuer), chain(other), Reason.EK_CERTIFICATE_KEY, "another key than the EK");
    }

    @Test
    void what_fills_up_the_nv_index_behind_a_certificate_is_cut_off_and_nothing_else() throws Exception {
        byte[] der = ekCertificate().getEncoded();
        for (byte filler : new byte[] {0, (byte) 0xFF}) {
            byte[] padded = Arrays.copyOf(der, der.length + 100);
            Arrays.fill(padded, der.length, padded.length, filler);
            assertThat(folder(root, issuer).judge(ek, List.of(padded), NOW)).isEqualTo(TrustClass.HARDWARE);
        }
        byte[] followed = Arrays.copyOf(der, der.length + 100);
        followed[der.length + 50] = 1;
        refused(folder(root, issuer), List.of(followed), Reason.EK_CERTIFICATE, "cannot be read");
    }

    @Test
    void without_a_certificate_or_with_one_that_is_none_nothing_is_proved() throws Exception {
        refused(folder(root, issuer), List.of(), Reason.EK_CERTIFICATE, "has no EK certificate");
        refused(folder(root, issuer), List.of(new byte[700]), Reason.EK_CERTIFICATE, "cannot be read");
        refused(folder(root, issuer), List.of(new byte[20_000]), Reason.EK_CERTIFICATE, "cannot be read");
    }

    @Test
    void a_certificate_for_something_else_is_refused() throws Exception {
        profile(CertificateMaker.ek(true).without("2.5.29.37"), "extended key usage");
        profile(CertificateMaker.ek(true).purpose("1.3.6.1.5.5.7.3.1"), "extended key usage");
        profile(CertificateMaker.ek(true).keyUsage(0x80), "key usage");
        profile(CertificateMaker.ek(true).keyUsage(0x08), "key usage");
        profile(CertificateMaker.ek(true).host("tpm.example"), "manufacturer");
        profile(ca("x").purpose("2.23.133.8.1").tpm("id:4B4B4149", "m", "v"), "is a CA's");
    }

    @Test
    void an_ecc_eks_certificate_needs_key_agreement() throws Exception {
        KeyPair key = SoftwareEk.ecc("secp384r1");
        EndorsementKey ecc =
                EndorsementKey.parse(SoftwareEk.area(EkTemplate.H_3, key).bytes());

        assertThat(folder(root, issuer).judge(ecc, chain(ekCertificate(CertificateMaker.ek(false), key)), NOW))
                .isEqualTo(TrustClass.HARDWARE);
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() ->
                        folder(root, issuer).judge(ecc, chain(ekCertificate(CertificateMaker.ek(true), key)), NOW))
                .extracting(refusal -> refusal.finding().reason())
                .isEqualTo(Reason.EK_CERTIFICATE_PROFILE);
    }

    @Test
    void a_critical_extension_that_nobody_here_knows_is_refused() throws Exception {
        X509Certificate odd =
                ekCertificate(CertificateMaker.ek(true).extension("1.2.3.4", true, new byte[] {5, 0}), ekKey);
        X509Certificate harmless =
                ekCertificate(CertificateMaker.ek(true).extension("1.2.3.4", false, new byte[] {5, 0}), ekKey);

        refused(folder(root, issuer), chain(odd), Reason.EK_CHAIN, "no chain leads");
        assertThat(folder(root, issuer).judge(ek, chain(harmless), NOW)).isEqualTo(TrustClass.HARDWARE);
    }

    @Test
    void an_end_entity_issues_nothing() throws Exception {
        X509Certificate notCa = certificate().subject("not a ca").notCa().issued(issuerKey.getPublic(), root, rootKey);
        X509Certificate leaf = CertificateMaker.ek(true).issued(ekKey.getPublic(), notCa, issuerKey);

        refused(folder(root), chain(leaf, notCa), Reason.EK_CHAIN, "no chain leads");
    }

    @Test
    void validity_is_judged_at_the_moment_that_is_given() throws Exception {
        X509Certificate shortLived = ekCertificate(CertificateMaker.ek(true).until("20261124000000Z"), ekKey);

        refused(folder(root, issuer), chain(shortLived), Reason.EK_CHAIN, "valid until 2026-11-24");
        assertThat(folder(root, issuer).judge(ek, chain(shortLived), NOW.minusSeconds(86_401)))
                .isEqualTo(TrustClass.HARDWARE);
    }

    @Test
    void sha1_on_an_ek_certificate_counts_only_for_issuers_that_are_named() throws Exception {
        X509Certificate sha1 = ekCertificate(CertificateMaker.ek(true).signedWith("SHA1withRSA"), ekKey);
        EkAuthorities allowed = EkAuthorities.of(List.of(root, issuer), List.of(), Set.of(X509.fingerprint(issuer)));
        EkAuthorities allowedForAnother =
                EkAuthorities.of(List.of(root, issuer), List.of(), Set.of(X509.fingerprint(root)));

        refused(
                folder(root, issuer),
                chain(sha1),
                Reason.EK_CHAIN,
                "allow SHA-1 for its issuer, fingerprint " + X509.fingerprint(issuer));
        refused(allowedForAnother, chain(sha1), Reason.EK_CHAIN, "SHA1withRSA");
        assertThat(allowed.judge(ek, chain(sha1), NOW)).isEqualTo(TrustClass.HARDWARE);
    }

    @Test
    void sha1_on_an_intermediate_counts_only_if_it_lies_in_the_folder() throws Exception {
        X509Certificate sha1 = ca("old").signedWith("SHA1withRSA").issued(issuerKey.getPublic(), root, rootKey);
        X509Certificate leaf = CertificateMaker.ek(true).issued(ekKey.getPublic(), sha1, issuerKey);

        assertThat(folder(root, sha1).judge(ek, chain(leaf), NOW)).isEqualTo(TrustClass.HARDWARE);
        refused(folder(root), chain(leaf, sha1), Reason.EK_CHAIN, "put an intermediate into the folder");
        refused(
                EkAuthorities.of(List.of(root), List.of(), Set.of(X509.fingerprint(root))),
                chain(leaf, sha1),
                Reason.EK_CHAIN,
                "put an intermediate into the folder");
    }

    @Test
    void keys_that_are_too_short_count_nowhere() throws Exception {
        KeyPair weakKey = SoftwareEk.rsa(1024);
        X509Certificate weak = ca("weak").selfSigned(weakKey);
        X509Certificate leaf = CertificateMaker.ek(true).issued(ekKey.getPublic(), weak, weakKey);

        refused(folder(weak), chain(leaf), Reason.EK_CHAIN, "neither RSA of 2,048 bits");
    }

    @Test
    void more_intermediates_than_any_chain_has_are_refused_unread() throws Exception {
        refused(
                folder(root),
                chain(ekCertificate(), issuer, issuer, issuer, issuer, issuer),
                Reason.EK_CHAIN,
                "more than 4 intermediates");
        List<byte[]> unreadable = new ArrayList<>(chain(ekCertificate(), issuer));
        unreadable.add(new byte[10]);
        refused(folder(root), unreadable, Reason.EK_CHAIN, "cannot be read");
    }

    @Test
    void a_folder_that_cannot_work_is_refused_when_it_is_loaded() {
        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> folder(issuer))
                .withMessageContaining(
                        "CN=issuer was issued by CN=root, which is not in the folder: add that CA's certificate");
        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> EkAuthorities.of(List.of(root), List.of(root), Set.of()))
                .withMessageContaining("decide on one");
        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> EkAuthorities.of(List.of(root), List.of(), Set.of("00")))
                .withMessageContaining("fingerprint 00");
    }

    @Test
    void what_a_certificate_says_of_its_tpm_is_read() throws Exception {
        assertThat(EkCertificate.parse(ekCertificate().getEncoded(), ek).maker())
                .isEqualTo(new TpmMaker("id:4B4B4149", "Sealed 1", "id:0001"));
    }

    private static void profile(CertificateMaker maker, String why) throws Exception {
        refused(folder(root, issuer), chain(ekCertificate(maker, ekKey)), Reason.EK_CERTIFICATE_PROFILE, why);
    }

    private static void refused(EkAuthorities authorities, List<byte[]> chain, Reason reason, String why) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> authorities.judge(ek, chain, NOW))
                .withMessageContaining(why)
                .extracting(refusal -> refusal.finding().reason())
                .isEqualTo(reason);
    }

    private static EkAuthorities folder(X509Certificate... hardware) throws CaFolderException {
        return EkAuthorities.of(List.of(hardware), List.of(), Set.of());
    }

    private static X509Certificate ekCertificate() throws Exception {
        return ekCertificate(CertificateMaker.ek(true), ekKey);
    }

    private static X509Certificate ekCertificate(CertificateMaker maker, KeyPair key) throws Exception {
        return maker.issued(key.getPublic(), issuer, issuerKey);
    }

    private static List<byte[]> chain(X509Certificate... certificates) throws Exception {
        List<byte[]> chain = new ArrayList<>();
        for (X509Certificate certificate : certificates) {
            chain.add(certificate.getEncoded());
        }
        return chain;
    }
}
