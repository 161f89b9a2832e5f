package dev.kekkai.gateway;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.Admission;
import dev.kekkai.attestation.AttestationKey;
import dev.kekkai.attestation.Transcript;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.dek.Deadline;
import dev.kekkai.fleet.Claimant;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** Decides whether a node that speaks is worth a challenge. What it refuses is recorded when this throws. */
final class Reception {
    private final Fleet fleet;
    private final Function<TenantId, TenantTrust> trust;
    private final Gate gate;
    private final Sightings sightings;
    private final SerialWatch serials;
    private final ClockWatch clock;
    private final Challenges challenges;
    private final Register register;
    private final Duration time;

    /**
     * @param trust whose word about EKs a tenant takes
     * @param time for the evidence
     */
    Reception(
            Fleet fleet,
            Function<TenantId, TenantTrust> trust,
            Gate gate,
            Sightings sightings,
            SerialWatch serials,
            ClockWatch clock,
            Challenges challenges,
            Register register,
            Duration time) {
        this.fleet = fleet;
        this.trust = trust;
        this.gate = gate;
        this.sightings = sightings;
        this.serials = serials;
        this.clock = clock;
        this.challenges = challenges;
        this.register = register;
        this.time = time;
    }

    /** On the attest port: anybody may say anything. */
    Challenged attestation(ByteString init, Peer peer) throws Denied {
        Claimed claimed = claimed(init, peer);
        Node node = claimed.node();
        try {
            gate.checkFresh();
            Gate.checkNotEvicted(node);
            checkTenant(claimed.opening(), node);
            sightings.checkNotCloned(node);
            checkClock(node);
            Policy policy = policy(node);
            return switch (Admission.judge(
                    claimed.opening().claim(),
                    peer.spkiHash(),
                    node.enrolment(),
                    trust.apply(node.tenant()).authorities(),
                    trust.apply(node.tenant()).demanded(policy),
                    clock.now())) {
                case Admission.Denied denied -> throw new Denied(denied.verdict());
                case Admission.Admitted admitted -> {
                    checkNoTwin(node, admitted.ek());
                    yield challenged(init, peer, claimed, policy, admitted);
                }
            };
        } catch (Denied denied) {
            Denied told = serials.instead(claimed.opening().serial(), denied);
            register.refused(Kind.ATTEST.action(), node, peer, told);
            throw told;
        }
    }

    private Challenged challenged(
            ByteString init, Peer peer, Claimed claimed, Policy policy, Admission.Admitted admitted) throws Denied {
        Secret secret = challenges.secret();
        try {
            byte[] wire = challenges.attestation(
                    admitted.ek(), admitted.ak().name(), secret, policy.selection(), clock.now(), time);
            return new Challenged(
                    Kind.ATTEST,
                    peer,
                    claimed.node(),
                    policy,
                    admitted.ak(),
                    admitted.trust(),
                    claimed.opening().serial(),
                    transcript(init, wire, peer).attestation(secret),
                    wire,
                    Deadline.in(time));
        } catch (InvalidKeyException e) {
            throw new Denied(
                    new Verdict.Refused(Finding.of(Reason.EK_TEMPLATE, "the EK is no key: " + e.getMessage())));
        } finally {
            secret.destroy();
        }
    }

    private static Transcript transcript(ByteString init, byte[] wire, Peer peer) {
        return Transcript.of(init.toByteArray(), wire, peer.exporter(), peer.spki(), peer.serverCertificate());
    }

    /** Whether a node may renew at all; from memory. What it refuses is not recorded here. */
    void recognise(Peer peer) throws Denied {
        var unused = gate.identify(peer);
    }

    /** On the service port: the certificate says who it is. */
    Challenged renewal(ByteString init, Peer peer) throws Denied {
        Node node = nodeOf(peer);
        long serial = 0;
        try {
            Opening opening = Opening.read(init, challenges.protocol());
            serial = opening.serial();
            checkTlsKey(opening, peer);
            if (opening.node().filter(claimed -> !claimed.equals(node.id())).isPresent()) {
                throw new Denied(Code.PROTOCOL, "a node renews its own certificate, and no other's");
            }
            checkClock(node);
            Policy policy = policy(node);
            byte[] wire = challenges.renewal(policy.selection(), clock.now(), time);
            return new Challenged(
                    Kind.RENEW,
                    peer,
                    node,
                    policy,
                    pinned(opening, node),
                    trust(node, policy),
                    serial,
                    transcript(init, wire, peer).renewal(),
                    wire,
                    Deadline.in(time));
        } catch (Denied denied) {
            Denied told = serials.instead(serial, denied);
            register.refused(Kind.RENEW.action(), node, peer, told);
            throw told;
        }
    }

    private Node nodeOf(Peer peer) throws Denied {
        try {
            return gate.identify(peer);
        } catch (Denied denied) {
            register.refused(Kind.RENEW.action(), peer, denied);
            throw denied;
        }
    }

    private static AttestationKey pinned(Opening opening, Node node) throws Denied {
        String pinned = node.pinnedAk()
                .orElseThrow(() -> new Denied(
                        Code.ATTEST_ANEW, "no AK is pinned for this node (it was re-baselined): attest anew"));
        try {
            AttestationKey ak = AttestationKey.parse(opening.claim().akPublic());
            if (!ak.nameHex().equals(pinned)) {
                throw new Refusal(Finding.of(
                        Reason.AK_NOT_PINNED,
                        "the AK is another than at this node's first attestation: if that is right, re-baseline the node",
                        pinned,
                        ak.nameHex()));
            }
            return ak;
        } catch (Refusal refusal) {
            throw new Denied(refusal.verdict());
        }
    }

    /** What the EK was found to be worth when the node last attested here; a quote does not say, and what others wrote nobody signed. */
    private TrustClass trust(Node node, Policy policy) throws Denied {
        TrustClass last = sightings.trust(node).orElse(TrustClass.VOUCHED);
        if (!last.satisfies(trust.apply(node.tenant()).demanded(policy))) {
            throw new Denied(
                    Code.ATTEST_ANEW,
                    "what this node's EK is worth is not known here, and its policy asks: attest anew");
        }
        return last;
    }

    private Policy policy(Node node) throws Denied {
        Optional<Policy> policy = fleet.view().policyOf(node);
        if (policy.isEmpty()) {
            gate.checkFresh();
        }
        return policy.orElseThrow(() -> Gate.noPolicy(node));
    }

    private void checkClock(Node node) throws Denied {
        clock.checkNotSet();
        Optional<Observation> seen = fleet.observed(node.id());
        if (seen.isPresent()) {
            clock.checkNotBehind(seen.get().at(), seen.get().gateway());
        }
    }

    /** An EK that was enrolled in two spellings comes in as the node that it is found by, whichever the claim names: evicting that one evicts both. */
    private void checkNoTwin(Node node, EndorsementKey ek) throws Denied {
        Optional<Node> found = fleet.view().byEk(ek);
        if (found.isPresent()) {
            Gate.checkNotEvicted(found.get());
        }
        if (!found.map(Node::id).equals(Optional.of(node.id()))) {
            gate.checkFresh();
            throw new Denied(new Verdict.Refused(Finding.of(
                    Reason.EK_NOT_ENROLLED, "the EK was enrolled for two nodes, and is the other's: evict this one")));
        }
    }

    private static void checkTlsKey(Opening opening, Peer peer) throws Denied {
        if (!MessageDigest.isEqual(opening.claim().tlsKey(), peer.spkiHash())) {
            throw new Denied(new Verdict.Refused(Finding.of(
                    Reason.TLS_KEY,
                    "the claim speaks of another TLS key than the one that this connection is made with")));
        }
    }

    private static void checkTenant(Opening opening, Node node) throws Denied {
        Optional<TenantId> other = opening.tenant().filter(tenant -> !tenant.equals(node.tenant()));
        if (other.isPresent()) {
            throw new Denied(
                    Code.OTHER_TENANT,
                    "the node is enrolled for another tenant than the one that it is configured for: correct agent.tenant, or evict the node there");
        }
    }

    /** Whom a claim is about. */
    private record Claimed(Opening opening, Node node) {}

    /** The node that it says it is, or the one that its EK was enrolled for: the record of a claim that somebody relays names the machine that it is about. */
    private Claimed claimed(ByteString init, Peer peer) throws Denied {
        String who = "unknown";
        try {
            Opening opening = Opening.read(init, challenges.protocol());
            FleetView view = fleet.view();
            Optional<Node> named = opening.node().flatMap((NodeId id) -> view.node(id));
            if (named.isPresent()) {
                return new Claimed(opening, named.get());
            }
            EndorsementKey ek = ek(opening, peer);
            who = "ek:" + EkFingerprint.nameOf(ek).hex();
            Optional<Node> enrolled = view.byEk(ek);
            if (enrolled.isPresent()) {
                return new Claimed(opening, enrolled.get());
            }
            checkTlsKey(opening, peer);
            gate.checkFresh();
            throw unknown(opening, ek, peer);
        } catch (Refusal refusal) {
            throw refused(who, peer, new Denied(refusal.verdict()));
        } catch (Denied denied) {
            throw refused(who, peer, denied);
        }
    }

    /** If the TLS key is another one too, that is the reason. */
    private static EndorsementKey ek(Opening opening, Peer peer) throws Denied, Refusal {
        try {
            return EndorsementKey.parse(opening.claim().ekPublic());
        } catch (Refusal refusal) {
            checkTlsKey(opening, peer);
            throw refusal;
        }
    }

    private Denied refused(String who, Peer peer, Denied denied) {
        register.refused(Kind.ATTEST.action(), who, peer, denied);
        return denied;
    }

    private Denied unknown(Opening opening, EndorsementKey ek, Peer peer) {
        EkFingerprint name = EkFingerprint.nameOf(ek);
        if (opening.tenant().isEmpty()) {
            return new Denied(
                    Code.UNKNOWN_EK,
                    "the EK " + name.hex()
                            + " was enrolled for no node: compare it with 'kekkai node identity', then enrol it");
        }
        try {
            Instant now = clock.now();
            fleet.await(new Claimant(
                    opening.tenant().get(),
                    name,
                    EkFingerprint.spkiOf(ek).hex(),
                    opening.hostName(),
                    peer.source(),
                    now,
                    now));
            return new Denied(Code.PENDING, "the EK " + name.hex() + " waits for somebody to approve it");
        } catch (FleetException e) {
            return new Denied(
                    Code.UNKNOWN_EK,
                    "the EK " + name.hex() + " was enrolled for no node, and may not wait: " + e.getMessage());
        }
    }
}
