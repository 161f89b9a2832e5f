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
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.tpm.command.AttestationCommands;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
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
import java.util.function.UnaryOperator;

/**
 * One attestation between a node and a gateway in one process. What the gateway knows, and each step that is in the node's hands, lies open, so
 * that an attack is one assignment.
 */
final class Trial {
    static final int[] PCRS = {0, 2, 4, 7};

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
    byte[] gatewaysExporter = bytes(32);
    Optional<byte[]> nodesExporter = Optional.empty();
    byte[] clientSpki = bytes(91);
    byte[] serverCertificate = bytes(500);

    // What the node does.
    PublicArea akTemplate = AkTemplate.template();
    Hierarchy akHierarchy = Hierarchy.ENDORSEMENT;
    List<byte[]> ekChain = List.of();
    UnaryOperator<Claim> claim = UnaryOperator.identity();
    Opening opening;
    Quoting quoting;
    UnaryOperator<Evidence> evidence = UnaryOperator.identity();

    interface Opening {
        Secret open(LoadedObject ak, WrappedCredential credential) throws Exception;
    }

    interface Quoting {
        Evidence quote(LoadedObject ak, byte[] qualifyingData) throws Exception;
    }

    /** A node that booted, is enrolled, and whose PCRs are what the policy accepts. */
    Trial(Node node, EkTemplate template) throws Exception {
        this.node = node;
        this.template = template;
        this.enrolment = new Enrolment(EkFingerprint.nameOf(EndorsementKey.parse(ek(node))), Optional.empty());
        this.policy = valuesOf(node);
        this.opening = (ak, credential) -> this.node.activate(template, ak, credential);
        this.quoting = (ak, qualifyingData) -> honestQuote(ak, qualifyingData, HashAlg.SHA256, PCRS);
    }

    /** A full attestation. */
    Verdict run() throws Exception {
        try (LoadedObject ak = node.key(akHierarchy, akTemplate)) {
            Claim claimed = claim.apply(
                    new Claim(ek(node), ekChain, ak.publicArea().bytes(), HashAlg.SHA256.digest(clientSpki)));
            return switch (admit(claimed)) {
                case Admission.Denied denied -> denied.verdict();
                case Admission.Admitted admitted -> challenge(ak, admitted);
            };
        }
    }

    /** A renewal: nothing is opened, and the AK has to be pinned. */
    Verdict renew() throws Exception {
        byte[] init = bytes(100);
        byte[] challenge = bytes(100);
        try (LoadedObject ak = node.key(akHierarchy, akTemplate)) {
            byte[] onTheNode = transcript(init, challenge, nodesExporter.orElse(gatewaysExporter))
                    .renewal();
            byte[] onTheGateway = transcript(init, challenge, gatewaysExporter).renewal();
            return verify(
                    AttestationKey.parse(ak.publicArea().bytes()), TrustClass.VOUCHED, onTheGateway, ak, onTheNode);
        }
    }

    Admission admit(Claim claimed) {
        return Admission.judge(
                claimed, HashAlg.SHA256.digest(clientSpki), enrolment, authorities, policy.atLeast(), Instant.now());
    }

    private Verdict challenge(LoadedObject ak, Admission.Admitted admitted) throws Exception {
        try (Secret secret = Secret.owning(bytes(32))) {
            WrappedCredential credential =
                    WrappedCredential.make(admitted.ek().area(), admitted.ak().name(), secret, random);
            byte[] init = bytes(100);
            byte[] challenge = bytes(100);
            try (Secret opened = opening.open(ak, credential)) {
                byte[] onTheNode = transcript(init, challenge, nodesExporter.orElse(gatewaysExporter))
                        .attestation(opened);
                byte[] onTheGateway =
                        transcript(init, challenge, gatewaysExporter).attestation(secret);
                return verify(admitted.ak(), admitted.trust(), onTheGateway, ak, onTheNode);
            }
        }
    }

    private Verdict verify(AttestationKey key, TrustClass trust, byte[] demanded, LoadedObject ak, byte[] answered)
            throws Exception {
        Evidence sent = evidence.apply(quoting.quote(ak, answered));
        return QuoteVerifier.verify(new Expectation(key, trust, demanded, policy.selection(), policy, lastSeen), sent);
    }

    /** What an honest TPM says, asked for whatever PCRs. */
    Evidence honestQuote(LoadedObject ak, byte[] qualifyingData, HashAlg bank, int... pcrs) throws Exception {
        AttestationCommands.Quote quote = node.quote(ak, qualifyingData, bank, pcrs);
        return new Evidence(
                quote.attest(), quote.signature().bytes(), node.pcrs(HashAlg.SHA256, PCRS), node.eventLog());
    }

    byte[] ek(Node of) throws Exception {
        try (LoadedObject ek = of.key(Hierarchy.ENDORSEMENT, template.template())) {
            return ek.publicArea().bytes();
        }
    }

    byte[] ak(Node of) throws Exception {
        try (LoadedObject ak = of.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
            return ak.publicArea().bytes();
        }
    }

    /** Accepts the values that the PCRs have now, if they are not zero. */
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

    static Digest measured(String what) {
        return Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(what.getBytes(StandardCharsets.UTF_8)));
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
