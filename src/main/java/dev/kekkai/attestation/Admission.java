package dev.kekkai.attestation;

import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether a claim is worth a challenge. Pure. */
public sealed interface Admission {
    /**
     * It is. Nothing is proved yet: anybody can copy a claim.
     *
     * @param ek what to wrap the secret for
     * @param ak what must sign
     * @param trust how much the EK is worth
     */
    record Admitted(EndorsementKey ek, AttestationKey ak, TrustClass trust) implements Admission {}

    /** It is not. */
    record Denied(Verdict.Refused verdict) implements Admission {}

    /**
     * Looks at a claim, in this order: TLS key, EK template, enrolment, weakness of the EK, EK certificate and trust class, AK template, pin.
     *
     * @param tlsKey SHA-256 of the TLS peer's SubjectPublicKeyInfo, as the channel has it
     * @param authorities CAs to judge EK certificates by; without any, each EK is {@link TrustClass#VOUCHED}
     * @param atLeast what the node's policy demands
     * @param now for certificates' validity
     */
    static Admission judge(
            Claim claim,
            byte[] tlsKey,
            Enrolment enrolment,
            Optional<EkAuthorities> authorities,
            TrustClass atLeast,
            Instant now) {
        try {
            checkTlsKey(claim, tlsKey);
            EndorsementKey ek = EndorsementKey.parse(claim.ekPublic());
            if (!enrolment.ek().matches(ek)) {
                throw new Refusal(
                        Reason.EK_NOT_ENROLLED,
                        "the EK is not the one that was enrolled for this node: if the board was replaced, evict the node and enrol it anew");
            }
            Optional<String> weakness = ek.weakness();
            if (weakness.isPresent()) {
                throw new Refusal(Reason.EK_WEAK, weakness.get());
            }
            TrustClass trust = trust(ek, claim.ekChain(), authorities, atLeast, now);
            return new Admitted(ek, ak(claim, enrolment), trust);
        } catch (Refusal refusal) {
            return new Denied(refusal.verdict());
        }
    }

    private static void checkTlsKey(Claim claim, byte[] tlsKey) throws Refusal {
        if (!MessageDigest.isEqual(claim.tlsKey(), tlsKey)) {
            throw new Refusal(
                    Reason.TLS_KEY,
                    "the claim speaks of another TLS key than the one that this connection is made with");
        }
    }

    /** A chain that fails is only worth nothing, unless one is demanded. */
    private static TrustClass trust(
            EndorsementKey ek, List<byte[]> chain, Optional<EkAuthorities> authorities, TrustClass atLeast, Instant now)
            throws Refusal {
        TrustClass trust = TrustClass.VOUCHED;
        if (authorities.isPresent()) {
            try {
                trust = authorities.get().judge(ek, chain, now);
            } catch (Refusal refusal) {
                if (atLeast != TrustClass.VOUCHED) {
                    throw refusal;
                }
            }
        }
        if (!trust.satisfies(atLeast)) {
            throw new Refusal(Finding.of(
                    Reason.TRUST_CLASS,
                    "the policy demands more of an EK; if no CA folder is configured, configure one",
                    atLeast.word(),
                    trust.word()));
        }
        return trust;
    }

    private static AttestationKey ak(Claim claim, Enrolment enrolment) throws Refusal {
        AttestationKey ak = AttestationKey.parse(claim.akPublic());
        if (enrolment.pinnedAk().isPresent() && !enrolment.pinnedAk().get().equals(ak.nameHex())) {
            throw new Refusal(Finding.of(
                    Reason.AK_NOT_PINNED,
                    "the AK is another than at this node's first attestation: if that is right, re-baseline the node",
                    enrolment.pinnedAk().get(),
                    ak.nameHex()));
        }
        return ak;
    }
}
