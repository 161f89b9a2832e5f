package dev.kekkai.attestation;

import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.prover.FirmwareLog;
import dev.kekkai.attestation.prover.Hierarchies;
import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.tpm.command.AttestationCommands;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One attestation between a node and a gateway in one process. The node's side is the {@link Prover}; what the gateway knows, and each step that
 * is in the node's hands, lies open, so that an attack is one assignment.
 */
final class Trial {
    static final int[] PCRS = {0, 2, 4, 7};
    private static final Hierarchies NO_AUTH = new Hierarchies(Secret.owning(new byte[0]));

    private final SecureRandom random = new SecureRandom();
    private final EkTemplate template;

    /** Who the gateway talks to. */
    Node node;

    // What the gateway knows.
    Enrolment enrolment;
    Optional<EkAuthorities> authorities = Optional.empty();
    Policy policy;
    Optional<BootCounters> lastSeen = Optional.empty();

    // The channel, as each side sees it.
    final byte[] gatewaysExporter = bytes(32);
    Optional<byte[]> nodesExporter = Optional.empty();
    final byte[] clientSpki = bytes(91);
    final byte[] serverCertificate = bytes(500);

    // What the node does.
    Step<Claim, Claim> claim = honest -> honest;
    Step<WrappedCredential, Secret> opening;
    Step<byte[], Evidence> quoting;
    Step<Evidence, Evidence> evidence = sent -> sent;

    /** Something that the node makes of what it has. */
    interface Step<A, B> {
        B take(A given) throws Exception;
    }

    /** A node that booted, is enrolled, and whose PCRs are what the policy accepts. */
    Trial(Node node, EkTemplate template) throws Exception {
        this.node = node;
        this.template = template;
        this.enrolment = new Enrolment(
                EkFingerprint.nameOf(EndorsementKey.parse(identity().ek().bytes())), Optional.empty());
        this.policy = valuesOf(node);
        this.opening = credential -> prover().activate(credential);
        this.quoting = qualifyingData -> prover().quote(qualifyingData, policy.selection(), log());
    }

    /** A full attestation. */
    Verdict run() throws Exception {
        Claim claimed = claim.take(identity().claim(HashAlg.SHA256.digest(clientSpki)));
        return switch (admit(claimed)) {
            case Admission.Denied denied -> denied.verdict();
            case Admission.Admitted admitted -> challenge(admitted);
        };
    }

    /** A renewal: nothing is opened. */
    Verdict renew() throws Exception {
        byte[] init = bytes(100);
        byte[] challenge = bytes(100);
        byte[] answered = nodesTranscript(init, challenge).renewal();
        byte[] demanded = transcript(init, challenge, gatewaysExporter).renewal();
        return verify(AttestationKey.parse(identity().ak().bytes()), TrustClass.VOUCHED, demanded, answered);
    }

    /** Claims, loads and quotes with an AK of that template under that hierarchy, instead of the prover's. */
    void useAk(Hierarchy hierarchy, PublicArea akTemplate) {
        claim = honest -> {
            try (LoadedObject ak = node.key(hierarchy, akTemplate)) {
                return withAk(honest, ak.publicArea().bytes());
            }
        };
        opening = credential -> {
            try (LoadedObject ak = node.key(hierarchy, akTemplate)) {
                return node.activate(template, ak, credential);
            }
        };
        quoting = qualifyingData -> {
            try (LoadedObject ak = node.key(hierarchy, akTemplate)) {
                return byHand(ak, qualifyingData, HashAlg.SHA256, PCRS);
            }
        };
    }

    static Claim withAk(Claim claim, byte[] ak) {
        return new Claim(claim.ekPublic(), claim.ekChain(), ak, claim.tlsKey());
    }

    /** A true quote with that key, of whatever PCRs; the values are always those that the gateway asked for. */
    Evidence byHand(LoadedObject ak, byte[] qualifyingData, HashAlg bank, int... pcrs) throws Exception {
        AttestationCommands.Quote quote = node.quote(ak, qualifyingData, bank, pcrs);
        return new Evidence(
                quote.attest(), quote.signature().bytes(), node.pcrs(HashAlg.SHA256, PCRS), node.eventLog());
    }

    NodeIdentity identity() throws Exception {
        return prover().identity();
    }

    FirmwareLog log() throws Exception {
        return new FirmwareLog(node.eventLogFile());
    }

    Prover prover() {
        return new Prover(node.tpm(), template, NO_AUTH);
    }

    private Admission admit(Claim claimed) {
        return Admission.judge(
                claimed, HashAlg.SHA256.digest(clientSpki), enrolment, authorities, policy.atLeast(), Instant.now());
    }

    private Verdict challenge(Admission.Admitted admitted) throws Exception {
        try (Secret secret = Secret.owning(bytes(32))) {
            WrappedCredential credential =
                    WrappedCredential.make(admitted.ek().area(), admitted.ak().name(), secret, random);
            byte[] init = bytes(100);
            byte[] challenge = bytes(100);
            try (Secret opened = opening.take(credential)) {
                byte[] answered = nodesTranscript(init, challenge).attestation(opened);
                byte[] demanded = transcript(init, challenge, gatewaysExporter).attestation(secret);
                return verify(admitted.ak(), admitted.trust(), demanded, answered);
            }
        }
    }

    private Verdict verify(AttestationKey key, TrustClass trust, byte[] demanded, byte[] answered) throws Exception {
        Evidence sent = evidence.take(quoting.take(answered));
        return QuoteVerifier.verify(new Expectation(key, trust, demanded, policy.selection(), policy, lastSeen), sent);
    }

    /** Accepts the values that the PCRs have now. */
    static Policy valuesOf(Node node) throws Exception {
        Policy watched = policy(List.of());
        PcrValues values = PcrValues.parse(watched.selection(), node.pcrs(HashAlg.SHA256, PCRS))
                .orElseThrow();
        List<Rule> rules = new ArrayList<>();
        values.byPcr().forEach((pcr, value) -> rules.add(new Rule.Value(pcr, Set.of(value))));
        return policy(rules);
    }

    static Policy policy(List<Rule> rules) {
        return new Policy(
                HashAlg.SHA256,
                TrustClass.VOUCHED,
                OptionalLong.empty(),
                false,
                rules.isEmpty() ? List.of() : List.of(new Alternative("as booted", Alternative.State.ACTIVE, rules)));
    }

    /** What {@link Node#measure} extends. */
    static Digest measured(String what) {
        return Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(what.getBytes(StandardCharsets.UTF_8)));
    }

    private Transcript nodesTranscript(byte[] init, byte[] challenge) {
        return transcript(init, challenge, nodesExporter.orElse(gatewaysExporter));
    }

    private Transcript transcript(byte[] init, byte[] challenge, byte[] exporter) {
        return Transcript.of(init, challenge, exporter, clientSpki, serverCertificate);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
