package dev.kekkai.agent;

import com.google.protobuf.ByteString;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.id.KeyId;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The furthest that any gateway has told this agent: the authority chain's serial, the {@code key_id} with its epoch, and the roots. None of
 * it ever goes back while the process lives, so a replica that lags, or a store that was rolled back, is seen for what it is.
 */
final class Told {
    private static final Logger LOG = Logger.getLogger(Told.class);
    /** What kube-apiserver takes. */
    private static final int KEY_ID_BYTES = 1024;

    private final ServerRoots roots;
    private long serial;
    private @Nullable Key key;

    /** @param roots brought up to date as gateways tell them */
    Told(ServerRoots roots) {
        this.roots = roots;
    }

    /**
     * What wraps now.
     *
     * @param epoch of its activation, from 1
     */
    record Key(KeyId keyId, long epoch) {}

    /** 0 before anybody told one. */
    synchronized long serial() {
        return serial;
    }

    /** Empty before anybody told one. */
    synchronized Optional<Key> key() {
        return Optional.ofNullable(key);
    }

    /** Takes note of what a gateway tells. */
    synchronized void learn(Gateway from, StatusUpdate update) {
        roots(from, update.getAuthoritySerial(), update.getServerRootsList());
        Key known = key;
        if (tellsKey(update) && (known == null || update.getEpoch() > known.epoch())) {
            key = new Key(new KeyId(update.getKeyId()), update.getEpoch());
            LOG.infof("%s tells key_id %s, epoch %d", from, update.getKeyId(), update.getEpoch());
        }
    }

    /** Takes note of the serial and the roots that a gateway tells; roots of one that lags are not taken. */
    synchronized void roots(Gateway from, long toldSerial, List<ByteString> told) {
        if (toldSerial < serial) {
            return;
        }
        serial = toldSerial;
        try {
            if (roots.replace(told.stream().map(ByteString::toByteArray).toList())) {
                LOG.infof("%s tells other roots for gateways: %s", from, roots.fingerprints());
            }
        } catch (GeneralSecurityException e) {
            LOG.warnf("%s tells roots for gateways that cannot be read, they are left aside: %s", from, e.getMessage());
        }
    }

    /** Why a gateway that tells this is not to be asked for anything, if so. */
    synchronized Optional<String> behind(StatusUpdate update) {
        Key known = key;
        if (!tellsKey(update)) {
            return Optional.of(
                    update.getReason().isEmpty() ? "it has no key for this node's tenant" : update.getReason());
        }
        if (update.getAuthoritySerial() < serial) {
            return Optional.of("it lags: its authority serial is " + update.getAuthoritySerial() + ", and " + serial
                    + " was seen elsewhere");
        }
        if (known != null && update.getEpoch() < known.epoch()) {
            return Optional.of("it lags: its key is of epoch " + update.getEpoch() + ", and " + known.epoch()
                    + " was seen elsewhere");
        }
        return known == null || known.keyId().value().equals(update.getKeyId())
                ? Optional.empty()
                : Optional.of("it tells another key_id for epoch " + known.epoch() + " than other gateways");
    }

    private static boolean tellsKey(StatusUpdate update) {
        int bytes = update.getKeyId().getBytes(StandardCharsets.UTF_8).length;
        return bytes > 0 && bytes <= KEY_ID_BYTES && update.getEpoch() > 0;
    }
}
