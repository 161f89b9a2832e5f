package dev.kekkai.gateway;

import dev.kekkai.attestation.Expectation;
import dev.kekkai.attestation.QuoteVerifier;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.attestation.verdict.VerdictJson;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.Observation;
import dev.kekkai.fleet.PolicyAge;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.wire.gateway.v1.Evidence;
import dev.kekkai.wire.gateway.v1.Granted;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges the evidence, pins, records and issues: in this order. Blocks on HSM, database and audit trail. */
final class Admitting {
    /** Found before it is shown that the node's own AK speaks: anybody could say such things in the node's name. */
    private static final Set<Reason> ANYBODYS = Set.of(
            Reason.ATTEST_SHAPE,
            Reason.SIGNATURE_SHAPE,
            Reason.PCR_VALUES_SHAPE,
            Reason.SIGNATURE,
            Reason.MAGIC,
            Reason.TYPE,
            Reason.EXTRA_DATA,
            Reason.QUALIFIED_SIGNER);

    private final Fleet fleet;
    private final Sightings sightings;
    private final SerialWatch serials;
    private final NodeCertificates certificates;
    private final Told told;
    private final ClockWatch clock;
    private final Register register;
    private final String gateway;

    Admitting(
            Fleet fleet,
            Sightings sightings,
            SerialWatch serials,
            NodeCertificates certificates,
            Told told,
            ClockWatch clock,
            Register register,
            String gateway) {
        this.fleet = fleet;
        this.sightings = sightings;
        this.serials = serials;
        this.certificates = certificates;
        this.told = told;
        this.clock = clock;
        this.register = register;
        this.gateway = gateway;
    }

    /** Lets a node in, or throws, after it was recorded. */
    Granted judge(Challenged challenged, Evidence evidence) throws Denied {
        try {
            Gate.checkFresh(fleet);
            Verdict.Accepted verdict = accepted(challenged, evidence);
            checkStore(challenged);
            return admit(challenged, verdict, json(verdict, challenged, evidence));
        } catch (Denied denied) {
            register.refused(challenged.kind().action(), challenged.node(), challenged.peer(), denied);
            throw denied;
        }
    }

    private Verdict.Accepted accepted(Challenged challenged, Evidence evidence) throws Denied {
        if (challenged.deadline().passed()) {
            throw new Denied(Code.CHALLENGE_EXPIRED, "the evidence came too late: begin anew");
        }
        Node node = current(challenged);
        Verdict verdict = QuoteVerifier.verify(
                new Expectation(
                        challenged.ak(),
                        challenged.trust(),
                        challenged.qualifyingData(),
                        challenged.policy().selection(),
                        challenged.policy(),
                        fleet.observed(node.id()).flatMap(Observation::counters)),
                new dev.kekkai.attestation.Evidence(
                        evidence.getAttest().toByteArray(),
                        evidence.getSignature().toByteArray(),
                        evidence.getPcrValues().toByteArray(),
                        evidence.getEventLog().toByteArray()));
        return switch (verdict) {
            case Verdict.Accepted accepted -> accepted;
            case Verdict.Refused refused -> {
                Denied denied = new Denied(refused);
                Denied told = serials.instead(challenged.serial(), denied);
                if (told == denied && !ANYBODYS.contains(refused.reason())) {
                    fleet.observe(node.id(), notLetIn(node, json(refused, challenged, evidence)));
                }
                throw told;
            }
        };
    }

    /** It is the node that speaks, so its word about the store counts. While the store is behind, those evicted since are back in it: nobody comes in anew. */
    private void checkStore(Challenged challenged) throws Denied {
        serials.met(challenged.node().id(), challenged.serial());
        Optional<Denied> rolledBack = serials.rolledBack(challenged.node().tenant());
        if (challenged.kind() == Kind.ATTEST && rolledBack.isPresent()) {
            throw rolledBack.get();
        }
    }

    /** The node may have been evicted, pinned or re-baselined since it was challenged. */
    private Node current(Challenged challenged) throws Denied {
        Node node = Gate.known(fleet, challenged.node().id());
        Gate.checkNotEvicted(node);
        if (!node.enrolment().equals(challenged.node().enrolment())) {
            throw new Denied(Code.ATTEST_ANEW, "the node's record changed while it attested: begin anew");
        }
        return node;
    }

    private Granted admit(Challenged challenged, Verdict.Accepted verdict, String json) throws Denied {
        Peer peer = challenged.peer();
        Node node = challenged.node();
        Instant issued = clock.after(fleet.observed(node.id()).map(Observation::at));
        // In this order: by a clock that was set since the challenge, the certificate would be one for another day.
        clock.checkNotSet();
        if (challenged.kind() == Kind.ATTEST) {
            sightings.attests(node, peer.tlsKey(), issued);
        }
        register.done(challenged.kind().action(), node, peer, verdict.toString());
        pin(node, challenged);
        List<X509Certificate> chain = issue(node, peer, issued, challenged.policy());
        register.done(
                "issue",
                node,
                peer,
                "certificate " + chain.getFirst().getSerialNumber().toString(16) + " until "
                        + chain.getFirst().getNotAfter().toInstant());
        fleet.observe(node.id(), letIn(verdict, json, peer, issued, chain.getFirst()));
        if (challenged.kind() == Kind.ATTEST) {
            sightings.found(node, challenged.trust());
        }
        return told.granted(node, chain);
    }

    private void pin(Node node, Challenged challenged) throws Denied {
        if (node.pinnedAk().isPresent()) {
            return;
        }
        try {
            fleet.pin(node.id(), challenged.ak().nameHex());
        } catch (FleetException e) {
            throw new Denied(Code.UNAVAILABLE, "the AK could not be pinned: " + e.getMessage());
        }
    }

    private List<X509Certificate> issue(Node node, Peer peer, Instant issued, Policy policy) throws Denied {
        try {
            return certificates.issue(
                    new NodeName(node.tenant(), node.id()), peer.spki(), issued, PolicyAge.digest(policy));
        } catch (CustodyException e) {
            throw new Denied(Code.UNAVAILABLE, "no certificate could be issued: " + e.getMessage());
        }
    }

    /** With the PCRs as the TPM signed them, if it came to that, so that another policy can be held against them without the node. */
    private static String json(Verdict verdict, Challenged challenged, Evidence evidence) {
        boolean signed = !(verdict instanceof Verdict.Refused refused)
                || refused.reason().compareTo(Reason.PCR_DIGEST) > 0;
        return PcrValues.parse(
                        challenged.policy().selection(), evidence.getPcrValues().toByteArray())
                .filter(values -> signed)
                .map(values -> VerdictJson.of(verdict, values))
                .orElseGet(() -> VerdictJson.of(verdict));
    }

    private Observation letIn(
            Verdict.Accepted verdict, String json, Peer peer, Instant issued, X509Certificate certificate) {
        return new Observation(
                issued,
                true,
                json,
                Optional.of(verdict.quoted().counters()),
                Optional.of(verdict.quoted().trust()),
                Optional.of(peer.tlsKey()),
                Optional.of(certificate.getNotAfter().toInstant()),
                gateway);
    }

    private Observation notLetIn(Node node, String json) {
        Optional<Observation> before = fleet.observed(node.id());
        return new Observation(
                clock.after(before.map(Observation::at)),
                false,
                json,
                before.flatMap(Observation::counters),
                before.flatMap(Observation::trust),
                before.flatMap(Observation::tlsKey),
                before.flatMap(Observation::certificateEnds),
                gateway);
    }
}
