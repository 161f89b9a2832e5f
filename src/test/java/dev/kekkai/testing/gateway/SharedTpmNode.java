package dev.kekkai.testing.gateway;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.Transcript;
import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.prover.FirmwareLog;
import dev.kekkai.attestation.prover.Hierarchies;
import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient.Seen;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.wire.gateway.v1.Challenge;
import dev.kekkai.wire.gateway.v1.Evidence;
import dev.kekkai.wire.gateway.v1.Granted;
import dev.kekkai.wire.gateway.v1.Init;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * One of several nodes in one TPM, each with an EK of another template, so that few TPMs make many nodes. The TPM works for one at a time, as a chip
 * does. Any thread may attest; a node has one TLS key, as an agent has for its life.
 */
public final class SharedTpmNode {
    private final Node tpm;
    private final Prover prover;
    private final NodeIdentity identity;
    private final TlsKey key = TlsKey.fresh();

    /**
     * Makes one.
     *
     * @param template of its EK, which no other node in that TPM has
     */
    public SharedTpmNode(Node tpm, EkTemplate template) throws Exception {
        this.tpm = tpm;
        this.prover = new Prover(tpm.tpm(), template, new Hierarchies(Secret.owning(new byte[0])));
        this.identity = prover.identity();
    }

    /** What it is enrolled by. */
    public EkFingerprint ek() throws Exception {
        return EkFingerprint.nameOf(EndorsementKey.parse(identity.ek().bytes()));
    }

    /** Its TLS key, with what a gateway granted. */
    public TlsKey certified(Granted granted) throws Exception {
        return key.with(NodeClient.certificates(granted));
    }

    /** A whole attestation on a connection of its own. */
    public Granted attest(int port, List<X509Certificate> roots) throws Exception {
        try (Talk talk = Talk.to(key.channel(port, roots), true)) {
            byte[] first = init();
            byte[] second = talk.challenge(first);
            return talk.show(evidence(Challenge.parseFrom(second), transcript(talk, first, second)));
        }
    }

    private byte[] init() {
        return Init.newBuilder()
                .setSuite(1)
                .setProtocol(1)
                .setEkPublic(ByteString.copyFrom(identity.ek().bytes()))
                .setAkPublic(ByteString.copyFrom(identity.ak().bytes()))
                .setTlsKey(ByteString.copyFrom(
                        HashAlg.SHA256.digest(key.pair().getPublic().getEncoded())))
                .build()
                .toByteArray();
    }

    private Transcript transcript(Talk talk, byte[] first, byte[] second) throws Exception {
        Seen seen = talk.seen(key);
        return Transcript.of(first, second, seen.exporter(), seen.clientSpki(), seen.serverCertificate());
    }

    private Evidence evidence(Challenge challenge, Transcript transcript) throws Exception {
        Selection selection = Selection.of(HashAlg.ofId(challenge.getBank()).orElseThrow(), challenge.getPcrsList());
        WrappedCredential credential = new WrappedCredential(
                challenge.getCredentialBlob().toByteArray(),
                challenge.getEncryptedSecret().toByteArray());
        synchronized (tpm) {
            try (Secret secret = prover.activate(credential)) {
                var quote =
                        prover.quote(transcript.attestation(secret), selection, new FirmwareLog(tpm.eventLogFile()));
                return NodeClient.evidence(quote.attest(), quote.signature(), quote.pcrValues(), quote.eventLog());
            }
        }
    }
}
