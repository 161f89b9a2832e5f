package dev.kekkai.testing.agent;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.Admission;
import dev.kekkai.attestation.AttestationKey;
import dev.kekkai.attestation.Claim;
import dev.kekkai.attestation.Enrolment;
import dev.kekkai.attestation.Evidence;
import dev.kekkai.attestation.Expectation;
import dev.kekkai.attestation.QuoteVerifier;
import dev.kekkai.attestation.Transcript;
import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.wire.gateway.v1.Challenge;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import dev.kekkai.wire.gateway.v1.Granted;
import dev.kekkai.wire.gateway.v1.Init;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import javax.net.ssl.ExtendedSSLSession;

/** One attestation or renewal at a small gateway, judged by the verifier that real gateways use, with a policy that only watches. */
final class NodeStream implements StreamObserver<FromNode> {
    private static final Metadata.Key<String> REASON =
            Metadata.Key.of("kekkai-reason", Metadata.ASCII_STRING_MARSHALLER);
    private static final Policy WATCHING =
            new Policy(HashAlg.SHA256, TrustClass.VOUCHED, OptionalLong.empty(), true, List.of());

    private final SmallFleet fleet;
    private final X509Certificate own;
    private final boolean renewal;
    private final StreamObserver<FromGateway> out;
    private final ExtendedSSLSession session = TlsServer.SESSION.get();
    private final Secret secret = Secret.owning(random(32));
    private byte[] init = {};
    private byte[] challenge = {};
    private AttestationKey ak;

    NodeStream(SmallFleet fleet, X509Certificate own, boolean renewal, StreamObserver<FromGateway> out) {
        this.fleet = fleet;
        this.own = own;
        this.renewal = renewal;
        this.out = out;
    }

    @Override
    public void onNext(FromNode message) {
        try {
            if (message.hasInit()) {
                init = message.getInit().toByteArray();
                begin(Init.parseFrom(init));
            } else {
                judge(message.getEvidence());
            }
        } catch (Exception e) {
            out.onError(
                    Status.INTERNAL.withCause(e).withDescription(e.toString()).asRuntimeException());
        }
    }

    private void begin(Init said) throws Exception {
        fleet.claimedHosts.add(said.getHostName());
        if (fleet.overwhelmed) {
            refuse(Status.ABORTED, "challenge-expired", "nothing more came in time: begin anew");
            return;
        }
        EndorsementKey ek = EndorsementKey.parse(said.getEkPublic().toByteArray());
        EkFingerprint fingerprint = EkFingerprint.nameOf(ek);
        if (!fleet.evicted.isEmpty()) {
            refuse(fleet.evicted, "the node was evicted");
            return;
        }
        if (!fleet.enrolsEverybody && !fleet.enrolled.contains(fingerprint)) {
            refuse("unknown-ek", "nobody has enrolled this EK yet");
            return;
        }
        Claim claim = new Claim(
                said.getEkPublic().toByteArray(),
                said.getEkChainList().stream().map(ByteString::toByteArray).toList(),
                said.getAkPublic().toByteArray(),
                said.getTlsKey().toByteArray());
        Enrolment known = new Enrolment(
                fingerprint, Optional.ofNullable(fleet.pinned.get(fingerprint)).map(AttestationKey::nameHex));
        Admission admission = Admission.judge(
                claim, HashAlg.SHA256.digest(clientSpki()), known, Optional.empty(), TrustClass.VOUCHED, Instant.now());
        if (admission instanceof Admission.Denied denied) {
            refuse(denied.verdict().reason().code(), denied.verdict().toString());
            return;
        }
        ak = ((Admission.Admitted) admission).ak();
        fleet.pinned.put(fingerprint, ak);
        challenge(ek);
    }

    private void challenge(EndorsementKey ek) throws Exception {
        Challenge.Builder asked = Challenge.newBuilder()
                .setSession(ByteString.copyFrom(random(16)))
                .setNonce(ByteString.copyFrom(random(32)))
                .setBank(HashAlg.SHA256.id())
                .addAllPcrs(WATCHING.selection().pcrs())
                .setExpiresMillis(System.currentTimeMillis() + 30_000);
        if (!renewal) {
            WrappedCredential wrapped = WrappedCredential.make(ek.area(), ak.name(), secret, new SecureRandom());
            asked.setCredentialBlob(ByteString.copyFrom(wrapped.credentialBlob()))
                    .setEncryptedSecret(ByteString.copyFrom(wrapped.encryptedSecret()));
        }
        challenge = asked.build().toByteArray();
        out.onNext(FromGateway.newBuilder()
                .setChallenge(ByteString.copyFrom(challenge))
                .build());
    }

    private void judge(dev.kekkai.wire.gateway.v1.Evidence sent) throws Exception {
        Transcript transcript = Transcript.of(
                init,
                challenge,
                session.exportKeyingMaterialData(Transcript.EXPORTER_LABEL, null, Transcript.EXPORTER_LENGTH),
                clientSpki(),
                own.getEncoded());
        byte[] demanded = renewal ? transcript.renewal() : transcript.attestation(secret);
        Verdict verdict = QuoteVerifier.verify(
                new Expectation(ak, TrustClass.VOUCHED, demanded, WATCHING.selection(), WATCHING, Optional.empty()),
                new Evidence(
                        sent.getAttest().toByteArray(),
                        sent.getSignature().toByteArray(),
                        sent.getPcrValues().toByteArray(),
                        sent.getEventLog().toByteArray()));
        if (verdict instanceof Verdict.Refused refused) {
            refuse(refused.reason().code(), refused.toString());
            return;
        }
        (renewal ? fleet.renewals : fleet.attestations).incrementAndGet();
        X509Certificate certificate = fleet.node(session.getPeerCertificates()[0].getPublicKey());
        Granted.Builder granted = Granted.newBuilder()
                .addCertificates(ByteString.copyFrom(certificate.getEncoded()))
                .addCertificates(ByteString.copyFrom(fleet.clientCa().getEncoded()))
                .setLifetimeMillis(fleet.life.toMillis())
                .setNode(uuid(fleet.node))
                .setTenant(uuid(fleet.tenant))
                .setAuthoritySerial(fleet.serial.get());
        for (X509Certificate root : fleet.toldRoots) {
            granted.addServerRoots(ByteString.copyFrom(root.getEncoded()));
        }
        out.onNext(FromGateway.newBuilder().setGranted(granted).build());
        out.onCompleted();
    }

    private byte[] clientSpki() throws Exception {
        return session.getPeerCertificates()[0].getPublicKey().getEncoded();
    }

    private void refuse(String reason, String message) {
        refuse(Status.PERMISSION_DENIED, reason, message);
    }

    private void refuse(Status status, String reason, String message) {
        Metadata trailers = new Metadata();
        trailers.put(REASON, reason);
        out.onError(status.withDescription(message).asRuntimeException(trailers));
    }

    static ByteString uuid(UUID uuid) {
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .flip());
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
}
