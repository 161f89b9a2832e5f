package dev.kekkai.agent;

import com.google.protobuf.ByteString;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.id.KeyId;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The furthest that any gateway has told this agent: the authority chain's serial, the {@code key_id} with its epoch, and the roots. None of
 * it ever goes back while the process lives, so a replica that lags, or a store that was rolled back, is seen for what it is. Neither serial nor
 * epoch is believed to leap, so no single word puts them out of the reach of gateways to come.
 */
final class Told {
    private static final Logger LOG = Logger.getLogger(Told.class);
    /** What kube-apiserver takes. */
    private static final int KEY_ID_BYTES = 1024;
    /** More than any fleet does between two of an agent's looks, or before its first: a keyring that was rebuilt may leap by some ten million epochs. */
    static final long LEAP = 100_000_000;

    private static final int CAUSES = 16;

    private final ServerRoots roots;
    private long serial;
    private @Nullable Key key;
    private final Set<String> said = new HashSet<>();

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

    /**
     * Takes note of what a gateway tells.
     *
     * @param server the certificate that it showed
     * @throws GeneralSecurityException if it is not to be believed; then nothing was noted
     */
    synchronized void learn(Gateway from, StatusUpdate update, X509Certificate server) throws GeneralSecurityException {
        Key known = key;
        if (tellsKey(update)) {
            believable("key is of epoch", update.getEpoch(), known == null ? 0 : known.epoch());
        }
        roots(from, update.getAuthoritySerial(), update.getServerRootsList(), server);
        if (tellsKey(update) && (known == null || update.getEpoch() > known.epoch())) {
            key = new Key(new KeyId(update.getKeyId()), update.getEpoch());
            LOG.infof("%s tells key_id %s, epoch %d", from, update.getKeyId(), update.getEpoch());
        }
    }

    /**
     * Takes note of the serial and the roots that a gateway tells; roots of one that lags are not taken.
     *
     * @param server the certificate that it showed
     * @throws GeneralSecurityException if the serial is not to be believed; then nothing was noted
     */
    synchronized void roots(Gateway from, long toldSerial, List<ByteString> told, X509Certificate server)
            throws GeneralSecurityException {
        believable("authority serial is", toldSerial, serial);
        if (toldSerial < serial) {
            return;
        }
        serial = toldSerial;
        try {
            if (roots.replace(told.stream().map(ByteString::toByteArray).toList(), server)) {
                LOG.infof("%s tells other roots for gateways: %s", from, roots.fingerprints());
            }
        } catch (GeneralSecurityException e) {
            String why = from + " tells roots for gateways that are left aside: " + e.getMessage();
            if (said.size() < CAUSES && said.add(why)) {
                LOG.warn(why);
            }
        }
    }

    private static void believable(String what, long toldNow, long known) throws GeneralSecurityException {
        if (toldNow - known > LEAP) {
            throw new GeneralSecurityException("it is not believed: its " + what + " " + toldNow + ", more than " + LEAP
                    + " above " + known + ", the most that was seen so far");
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
