package dev.kekkai.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kekkai.attestation.Claim;
import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.wire.gateway.v1.Init;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/**
 * The first message, within bounds. Nothing in it is true yet.
 *
 * @param node whom it says that it is
 * @param tenant whom it says that it belongs to
 * @param hostName printable ASCII, whatever was sent
 */
record Opening(Claim claim, Optional<NodeId> node, Optional<TenantId> tenant, String hostName, long serial) {
    static final int MOST_BYTES = 64 * 1024;
    private static final int SUITE = 1;
    private static final int MOST_PUBLIC = 1024;
    private static final int MOST_CERTIFICATE = 8 * 1024;
    private static final int MOST_CHAIN = 1 + EkAuthorities.MAX_PRESENTED;
    private static final int MOST_NAME = 253;
    private static final int UUID_BYTES = 16;
    private static final int HASH_BYTES = 32;

    /**
     * Reads one.
     *
     * @param ours what this gateway speaks
     * @throws Denied with {@link Code#PROTOCOL} if it is not one, or larger than any honest one; with {@link Code#PROTOCOL_VERSION} if its agent is too
     *     far from this gateway
     */
    static Opening read(ByteString bytes, ProtocolVersion ours) throws Denied {
        if (bytes.size() > MOST_BYTES) {
            throw malformed("it has more than " + MOST_BYTES + " bytes");
        }
        try {
            Init init = Init.parseFrom(bytes);
            checkVersion(init.getProtocol(), ours);
            if (init.getSuite() != SUITE) {
                throw malformed("suite " + init.getSuite() + " is not known here, only " + SUITE);
            }
            checkSizes(init);
            return new Opening(
                    new Claim(
                            init.getEkPublic().toByteArray(),
                            init.getEkChainList().stream()
                                    .map(ByteString::toByteArray)
                                    .toList(),
                            init.getAkPublic().toByteArray(),
                            init.getTlsKey().toByteArray()),
                    uuid(init.getNode()).map(NodeId::new),
                    uuid(init.getTenant()).map(TenantId::new),
                    init.getHostName().replaceAll("[^!-~]", "?"),
                    init.getAuthoritySerial());
        } catch (InvalidProtocolBufferException e) {
            throw malformed("it cannot be read");
        }
    }

    /** @throws Denied if an agent that names this version cannot be spoken with */
    static void checkVersion(int agents, ProtocolVersion ours) throws Denied {
        Optional<String> apart = ProtocolVersion.apart(ProtocolVersion.told(agents), ours);
        if (apart.isPresent()) {
            throw new Denied(Code.PROTOCOL_VERSION, apart.get());
        }
    }

    private static void checkSizes(Init init) throws Denied {
        if (init.getEkPublic().size() > MOST_PUBLIC || init.getAkPublic().size() > MOST_PUBLIC) {
            throw malformed("a public area has more than " + MOST_PUBLIC + " bytes");
        }
        if (init.getEkChainCount() > MOST_CHAIN
                || init.getEkChainList().stream().anyMatch(each -> each.size() > MOST_CERTIFICATE)) {
            throw malformed("the EK's chain has more than " + EkAuthorities.MAX_PRESENTED
                    + " certificates, or one of more than " + MOST_CERTIFICATE + " bytes");
        }
        if (init.getTlsKey().size() != HASH_BYTES || init.getHostName().length() > MOST_NAME) {
            throw malformed("the hash of the TLS key has not " + HASH_BYTES + " bytes, or the host's name more than "
                    + MOST_NAME);
        }
    }

    private static Optional<UUID> uuid(ByteString bytes) throws Denied {
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        if (bytes.size() != UUID_BYTES) {
            throw malformed("a UUID has not " + UUID_BYTES + " bytes");
        }
        ByteBuffer halves = bytes.asReadOnlyByteBuffer();
        return Optional.of(new UUID(halves.getLong(), halves.getLong()));
    }

    private static Denied malformed(String why) {
        return new Denied(Code.PROTOCOL, "the first message is not as this protocol has it: " + why);
    }
}
