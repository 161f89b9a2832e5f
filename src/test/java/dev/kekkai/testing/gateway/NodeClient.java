package dev.kekkai.testing.gateway;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.Transcript;
import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.prover.FirmwareLog;
import dev.kekkai.attestation.prover.Hierarchies;
import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.wire.gateway.v1.AttestationGrpc;
import dev.kekkai.wire.gateway.v1.Challenge;
import dev.kekkai.wire.gateway.v1.Evidence;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import dev.kekkai.wire.gateway.v1.Granted;
import dev.kekkai.wire.gateway.v1.Init;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.BlockingClientCall;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.ExtendedSSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A node at a gateway's ports, by hand: each step that is in the node's hands lies open, so that an attack is one assignment. What it does honestly is
 * what an agent does.
 */
public final class NodeClient {
    private static final int[] PCRS = {0, 2, 4, 7};
    private static final Hierarchies NO_AUTH = new Hierarchies(Secret.owning(new byte[0]));
    private static final EkTemplate TEMPLATE = EkTemplate.L_2;

    /** Something that the node makes of what it has. */
    public interface Step<A, B> {
        B take(A given) throws Exception;
    }

    /** What the node sees of the channel. */
    public record Seen(byte[] exporter, byte[] clientSpki, byte[] serverCertificate) {}

    public Node node;
    public TlsKey key = TlsKey.fresh();
    public Step<Init, Init> init = honest -> honest;
    public Step<WrappedCredential, Secret> opening;
    public Step<byte[], Evidence> quoting;
    public Step<Evidence, Evidence> evidence = honest -> honest;
    public Step<Seen, Seen> channel = honest -> honest;
    public @Nullable Selection asked;

    public NodeClient(Node node) throws Exception {
        this.node = node;
        this.opening = credential -> prover().activate(credential);
        this.quoting = this::honestQuote;
    }

    /** Those that a gateway asks for here. */
    public static int[] pcrs() {
        return PCRS.clone();
    }

    public Prover prover() {
        return new Prover(node.tpm(), TEMPLATE, NO_AUTH);
    }

    public NodeIdentity identity() throws Exception {
        return prover().identity();
    }

    public EkFingerprint ek() throws Exception {
        return EkFingerprint.nameOf(EndorsementKey.parse(identity().ek().bytes()));
    }

    /** A policy that accepts what this node has booted. */
    public Policy policy() throws Exception {
        Selection selection = Selection.of(HashAlg.SHA256, List.of(0, 2, 4, 7));
        PcrValues values =
                PcrValues.parse(selection, node.pcrs(HashAlg.SHA256, PCRS)).orElseThrow();
        List<Rule> rules = new ArrayList<>();
        values.byPcr().forEach((Integer pcr, Digest value) -> rules.add(new Rule.Value(pcr, Set.of(value))));
        return policy(rules);
    }

    public static Policy policy(List<Rule> rules) {
        return new Policy(
                HashAlg.SHA256,
                TrustClass.VOUCHED,
                OptionalLong.empty(),
                false,
                List.of(new Alternative("as-booted", Alternative.State.ACTIVE, rules)));
    }

    /** Claims, loads and quotes with an AK of that template under that hierarchy. */
    public void useAk(Hierarchy hierarchy, PublicArea template) {
        init = honest -> {
            try (LoadedObject ak = node.key(hierarchy, template)) {
                return honest.toBuilder()
                        .setAkPublic(ByteString.copyFrom(ak.publicArea().bytes()))
                        .build();
            }
        };
        opening = credential -> {
            try (LoadedObject ak = node.key(hierarchy, template)) {
                return node.activate(TEMPLATE, ak, credential);
            }
        };
        quoting = data -> {
            try (LoadedObject ak = node.key(hierarchy, template)) {
                return quote(ak, data, HashAlg.SHA256, PCRS);
            }
        };
    }

    /** A true quote with that key of whatever PCRs; the values are always those that the gateway asked for. */
    public Evidence quote(LoadedObject ak, byte[] data, HashAlg bank, int... pcrs) throws Exception {
        var quote = node.quote(ak, data, bank, pcrs);
        return evidence(quote.attest(), quote.signature().bytes(), node.pcrs(HashAlg.SHA256, PCRS), node.eventLog());
    }

    public Evidence honestQuote(byte[] data) throws Exception {
        Selection selection = asked == null ? Selection.of(HashAlg.SHA256, List.of(0, 2, 4, 7)) : asked;
        var quote = prover().quote(data, selection, new FirmwareLog(node.eventLogFile()));
        return evidence(quote.attest(), quote.signature(), quote.pcrValues(), quote.eventLog());
    }

    public static Evidence evidence(byte[] attest, byte[] signature, byte[] pcrValues, byte[] eventLog) {
        return Evidence.newBuilder()
                .setAttest(ByteString.copyFrom(attest))
                .setSignature(ByteString.copyFrom(signature))
                .setPcrValues(ByteString.copyFrom(pcrValues))
                .setEventLog(ByteString.copyFrom(eventLog))
                .build();
    }

    /** What it says first. */
    public Init hello() throws Exception {
        NodeIdentity identity = identity();
        return init.take(Init.newBuilder()
                .setSuite(1)
                .setEkPublic(ByteString.copyFrom(identity.ek().bytes()))
                .addAllEkChain(
                        identity.ekChain().stream().map(ByteString::copyFrom).toList())
                .setAkPublic(ByteString.copyFrom(identity.ak().bytes()))
                .setTlsKey(ByteString.copyFrom(
                        HashAlg.SHA256.digest(key.pair().getPublic().getEncoded())))
                .setHostName("node-1")
                .build());
    }

    /** A whole attestation; the granted certificate is for {@link #key}. */
    public Granted attest(TestGateway gateway) throws Exception {
        return attest(gateway.attestPort(), gateway.roots().certificates());
    }

    public Granted attest(int port, List<X509Certificate> roots) throws Exception {
        try (Talk talk = Talk.to(key.channel(port, roots), true)) {
            return run(talk);
        }
    }

    /** A whole renewal on a connection with a certificate that was granted before. */
    public Granted renew(TestGateway gateway, TlsKey certified) throws Exception {
        return renew(gateway.servicePort(), gateway.roots().certificates(), certified);
    }

    public Granted renew(int port, List<X509Certificate> roots, TlsKey certified) throws Exception {
        try (Talk talk = Talk.to(certified.channel(port, roots), false)) {
            return run(talk);
        }
    }

    public Granted run(Talk talk) throws Exception {
        byte[] first = hello().toByteArray();
        byte[] second = talk.challenge(first);
        return talk.show(evidenceFor(talk, first, second));
    }

    /** What it answers to a challenge. */
    public Evidence evidenceFor(Talk talk, byte[] first, byte[] second) throws Exception {
        Challenge challenge = Challenge.parseFrom(second);
        asked = Selection.of(HashAlg.ofId(challenge.getBank()).orElseThrow(), challenge.getPcrsList());
        Seen seen = channel.take(talk.seen(key));
        Transcript transcript =
                Transcript.of(first, second, seen.exporter(), seen.clientSpki(), seen.serverCertificate());
        byte[] data;
        if (challenge.getCredentialBlob().isEmpty()) {
            data = transcript.renewal();
        } else {
            try (Secret secret = opening.take(new WrappedCredential(
                    challenge.getCredentialBlob().toByteArray(),
                    challenge.getEncryptedSecret().toByteArray()))) {
                data = transcript.attestation(secret);
            }
        }
        return evidence.take(quoting.take(data));
    }

    public static List<X509Certificate> certificates(Granted granted) throws Exception {
        List<X509Certificate> certificates = new ArrayList<>();
        for (ByteString der : granted.getCertificatesList()) {
            certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der.toByteArray())));
        }
        return certificates;
    }

    /** One stream of an attestation or renewal, on a connection of its own. */
    public static final class Talk implements AutoCloseable {
        private static final long PATIENCE_SECONDS = 30;

        private final ManagedChannel channel;
        private final AtomicReference<ClientCall<?, ?>> call;
        private final BlockingClientCall<FromNode, FromGateway> stream;

        private Talk(
                ManagedChannel channel,
                AtomicReference<ClientCall<?, ?>> call,
                BlockingClientCall<FromNode, FromGateway> stream) {
            this.channel = channel;
            this.call = call;
            this.stream = stream;
        }

        public static Talk to(ManagedChannel channel, boolean attestation) {
            AtomicReference<ClientCall<?, ?>> call = new AtomicReference<>();
            Channel watched = ClientInterceptors.intercept(channel, new ClientInterceptor() {
                @Override
                public <Q, R> ClientCall<Q, R> interceptCall(
                        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
                    ClientCall<Q, R> made = next.newCall(method, options);
                    call.set(made);
                    return made;
                }
            });
            return new Talk(
                    channel,
                    call,
                    attestation
                            ? AttestationGrpc.newBlockingV2Stub(watched).attest()
                            : GatewayGrpc.newBlockingV2Stub(watched).renew());
        }

        /** One more stream for an attestation, on the same connection, which ends with the first. */
        public Talk another() {
            return to(channel, true);
        }

        /** Sends an Init and takes the Challenge. */
        public byte[] challenge(byte[] init) throws Exception {
            return send(FromNode.newBuilder().setInit(ByteString.copyFrom(init)).build())
                    .getChallenge()
                    .toByteArray();
        }

        public Granted show(Evidence evidence) throws Exception {
            return send(FromNode.newBuilder().setEvidence(evidence).build()).getGranted();
        }

        /** Sends anything, and waits for the answer. */
        public FromGateway send(FromNode message) throws Exception {
            stream.write(message, PATIENCE_SECONDS, TimeUnit.SECONDS);
            FromGateway answer = stream.read(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IllegalStateException("the stream ended without an answer");
            }
            return answer;
        }

        public void waitForTheEnd() throws Exception {
            stream.read(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        Seen seen(TlsKey key) throws Exception {
            ExtendedSSLSession session =
                    (ExtendedSSLSession) call.get().getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            return new Seen(
                    session.exportKeyingMaterialData(Transcript.EXPORTER_LABEL, null, Transcript.EXPORTER_LENGTH),
                    key.pair().getPublic().getEncoded(),
                    session.getPeerCertificates()[0].getEncoded());
        }

        @Override
        public void close() {
            stream.cancel("over", null);
            channel.shutdownNow();
        }
    }
}
