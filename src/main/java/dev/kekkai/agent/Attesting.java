package dev.kekkai.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.attestation.Transcript;
import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.prover.FirmwareLog;
import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.attestation.prover.ProverException;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.wire.gateway.v1.AttestationGrpc;
import dev.kekkai.wire.gateway.v1.Challenge;
import dev.kekkai.wire.gateway.v1.Evidence;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import dev.kekkai.wire.gateway.v1.Granted;
import dev.kekkai.wire.gateway.v1.Init;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Has the TPM prove this node to one gateway, in full or as a renewal: DESIGN §6, {@code docs/attestation.md}. Blocks. */
final class Attesting {
    static final Metadata.Key<String> REASON = Metadata.Key.of("kekkai-reason", Metadata.ASCII_STRING_MARSHALLER);

    private static final int SUITE = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Network network;
    private final NodeKey key;
    private final TpmDesk tpm;
    private final FirmwareLog log;
    private final Told told;
    private final Optional<UUID> tenant;
    private final String hostName;
    private final ProtocolVersion protocol;

    /**
     * @param tenant that the node claims to belong to, if it claims
     * @param hostName for people who approve
     * @param protocol what this agent speaks
     */
    Attesting(
            Network network,
            NodeKey key,
            TpmDesk tpm,
            FirmwareLog log,
            Told told,
            Optional<UUID> tenant,
            String hostName,
            ProtocolVersion protocol) {
        this.network = network;
        this.key = key;
        this.tpm = tpm;
        this.log = log;
        this.told = told;
        this.tenant = tenant;
        this.hostName = hostName;
        this.protocol = protocol;
    }

    /** Who the TPM is. */
    NodeIdentity identity() throws TpmException, ProverException {
        return tpm.work(Prover::identity);
    }

    /** Attests in full, on the port for it. */
    Grant attest(Gateway gateway, NodeIdentity identity)
            throws RefusedException, NoAnswerException, TpmException, ProverException, InterruptedException {
        ManagedChannel channel = network.toAttest(gateway);
        try {
            return speak(gateway, channel, identity, Optional.empty());
        } finally {
            channel.shutdownNow();
        }
    }

    /** Renews on a connection that serves: a quote, nothing opened. */
    Grant renew(Gateway gateway, Channel serving, NodeIdentity identity, Grant held)
            throws RefusedException, NoAnswerException, TpmException, ProverException, InterruptedException {
        return speak(gateway, serving, identity, Optional.of(held));
    }

    private Grant speak(Gateway gateway, Channel channel, NodeIdentity identity, Optional<Grant> held)
            throws RefusedException, NoAnswerException, TpmException, ProverException, InterruptedException {
        TlsPeer peer = new TlsPeer();
        Channel watched = ClientInterceptors.intercept(channel, peer);
        try (Conversation conversation = new Conversation(
                observer -> held.isPresent()
                        ? GatewayGrpc.newStub(watched).renew(observer)
                        : AttestationGrpc.newStub(watched).attest(observer),
                PATIENCE)) {
            ByteString init = init(identity, held).toByteString();
            conversation.say(FromNode.newBuilder().setInit(init).build());
            ByteString challenge = challenge(conversation.hear());
            checkVersion(Challenge.parseFrom(challenge));
            X509Certificate server = peer.serverCertificate();
            Transcript transcript = Transcript.of(
                    init.toByteArray(), challenge.toByteArray(), peer.exporter(), key.spki(), server.getEncoded());
            Evidence evidence = evidence(Challenge.parseFrom(challenge), transcript, held.isPresent());
            conversation.say(FromNode.newBuilder().setEvidence(evidence).build());
            return granted(gateway, conversation.hear(), server);
        } catch (StatusRuntimeException e) {
            throw ended(gateway, e);
        } catch (GeneralSecurityException | InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new NoAnswerException(gateway + ": " + e.getMessage(), e);
        }
    }

    private Init init(NodeIdentity identity, Optional<Grant> held) {
        Init.Builder init = Init.newBuilder()
                .setSuite(SUITE)
                .setAuthoritySerial(told.serial())
                .setEkPublic(ByteString.copyFrom(identity.ek().bytes()))
                .setAkPublic(ByteString.copyFrom(identity.ak().bytes()))
                .setTlsKey(ByteString.copyFrom(key.spkiDigest()))
                .setHostName(hostName)
                .setProtocol(protocol.wire());
        identity.ekChain().forEach(certificate -> init.addEkChain(ByteString.copyFrom(certificate)));
        held.ifPresent(grant -> init.setNode(Uuids.write(grant.node())));
        tenant.ifPresent(claimed -> init.setTenant(Uuids.write(claimed)));
        return init.build();
    }

    private static ByteString challenge(FromGateway message) throws GeneralSecurityException {
        if (!message.hasChallenge()) {
            throw new GeneralSecurityException("the gateway answered Init with something else than a challenge");
        }
        return message.getChallenge();
    }

    /** Before anything is quoted: a gateway that is too far away is not told what this node booted. */
    private void checkVersion(Challenge challenge) throws GeneralSecurityException {
        Optional<String> apart = ProtocolVersion.apart(protocol, ProtocolVersion.told(challenge.getProtocol()));
        if (apart.isPresent()) {
            throw new GeneralSecurityException(apart.get());
        }
    }

    private Evidence evidence(Challenge challenge, Transcript transcript, boolean renewal)
            throws TpmException, ProverException, GeneralSecurityException {
        HashAlg bank = HashAlg.ofId(challenge.getBank())
                .orElseThrow(() -> new GeneralSecurityException("the gateway asks for an unknown PCR bank"));
        Selection selection = Selection.of(bank, challenge.getPcrsList());
        dev.kekkai.attestation.Evidence quoted = tpm.work(prover -> {
            byte[] qualifying = renewal ? transcript.renewal() : opened(prover, challenge, transcript);
            return prover.quote(qualifying, selection, log);
        });
        return Evidence.newBuilder()
                .setAttest(UnsafeByteOperations.unsafeWrap(quoted.attest()))
                .setSignature(UnsafeByteOperations.unsafeWrap(quoted.signature()))
                .setPcrValues(UnsafeByteOperations.unsafeWrap(quoted.pcrValues()))
                .setEventLog(UnsafeByteOperations.unsafeWrap(quoted.eventLog()))
                .build();
    }

    private static byte[] opened(Prover prover, Challenge challenge, Transcript transcript)
            throws TpmException, ProverException {
        WrappedCredential credential = new WrappedCredential(
                challenge.getCredentialBlob().toByteArray(),
                challenge.getEncryptedSecret().toByteArray());
        try (Secret secret = prover.activate(credential)) {
            return transcript.attestation(secret);
        }
    }

    private Grant granted(Gateway gateway, FromGateway message, X509Certificate server)
            throws GeneralSecurityException {
        if (!message.hasGranted()) {
            throw new GeneralSecurityException(
                    "the gateway answered the evidence with something else than a certificate");
        }
        Granted granted = message.getGranted();
        Grant grant = Grant.of(granted, key);
        told.roots(gateway, granted.getAuthoritySerial(), granted.getServerRootsList(), server);
        return grant;
    }

    /** A refusal has a reason; everything else may be the matter of that one gateway. */
    private static NoAnswerException ended(Gateway gateway, StatusRuntimeException failure) throws RefusedException {
        Metadata trailers = failure.getTrailers();
        String reason = trailers == null ? null : trailers.get(REASON);
        if (failure.getStatus().getCode() == Status.Code.PERMISSION_DENIED) {
            throw new RefusedException(
                    reason == null ? "refused" : reason,
                    String.valueOf(failure.getStatus().getDescription()));
        }
        String code = reason == null ? "" : reason + ": ";
        return new NoAnswerException(gateway + ": " + code + Failures.said(failure), failure);
    }
}
