package dev.kekkai.gateway;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.Status;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.Node;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.ServerRoots;
import dev.kekkai.wire.gateway.v1.Granted;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import java.nio.ByteBuffer;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.UUID;

/** What a gateway tells its nodes without being asked: the status of their keyring, how far the authority chain has come, which roots to trust. */
final class Told {
    private final Fleet fleet;
    private final DekService dek;
    private final SerialWatch serials;
    private final List<ByteString> roots;
    private final ClockWatch clock;
    private final ProtocolVersion protocol;
    private volatile boolean draining;

    /** @param protocol what this gateway speaks */
    Told(
            Fleet fleet,
            DekService dek,
            SerialWatch serials,
            ServerRoots roots,
            ClockWatch clock,
            ProtocolVersion protocol) {
        this.fleet = fleet;
        this.dek = dek;
        this.serials = serials;
        this.roots = der(roots.told());
        this.clock = clock;
        this.protocol = protocol;
    }

    /** From now on nodes are told to go elsewhere. */
    void drain() {
        draining = true;
    }

    /** @throws Denied if an agent that names this version cannot be spoken with */
    void checkSpeaks(int agents) throws Denied {
        Opening.checkVersion(agents, protocol);
    }

    StatusUpdate status(TenantId tenant) {
        StatusUpdate.Builder update = StatusUpdate.newBuilder()
                .setProtocol(protocol.wire())
                .setClockMillis(clock.now().toEpochMilli())
                .setAuthoritySerial(fleet.view().serial())
                .addAllServerRoots(roots)
                .setDraining(draining);
        try {
            Status status = dek.status(tenant);
            update.setKeyId(status.keyId().value()).setEpoch(status.epoch());
            update.setProbeAgeMillis(status.health().age().toMillis());
            switch (status.health()) {
                case Health.Healthy healthy -> update.setHealthy(true);
                case Health.Unhealthy unhealthy -> update.setReason(unhealthy.reason());
            }
        } catch (DekException e) {
            update.setReason(String.valueOf(e.getMessage()));
        }
        serials.rolledBack(tenant).ifPresent(denied -> update.setHealthy(false).setReason(denied.text()));
        return update.build();
    }

    Granted granted(Node node, List<X509Certificate> chain) {
        return Granted.newBuilder()
                .addAllCertificates(der(chain))
                .setLifetimeMillis(NodeCertificates.LIFETIME.toMillis())
                .setNode(bytes(node.id().value()))
                .setTenant(bytes(node.tenant().value()))
                .setAuthoritySerial(fleet.view().serial())
                .addAllServerRoots(roots)
                .build();
    }

    private static ByteString bytes(UUID uuid) {
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array());
    }

    private static List<ByteString> der(List<X509Certificate> certificates) {
        return certificates.stream().map(Told::der).toList();
    }

    private static ByteString der(X509Certificate certificate) {
        try {
            return ByteString.copyFrom(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours cannot be encoded", e);
        }
    }
}
