package dev.kekkai.custody.pkcs11;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.envelope.Mechanism;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/** The mechanisms that a token offers, ready for use, and the one that is chosen for new KEKs. */
final class Sealing {
    private static final Logger LOG = Logger.getLogger(Sealing.class);

    private final Capabilities capabilities;
    private final HsmProfile profile;
    private final TagCodes tagCodes;
    private final Map<Mechanism, SealingMechanism> mechanisms = new EnumMap<>(Mechanism.class);

    private Sealing(Capabilities capabilities, HsmProfile profile) {
        this.capabilities = capabilities;
        this.profile = profile;
        this.tagCodes = new TagCodes(profile.ambiguousTagCodes());
        SecureRandom random = new SecureRandom();
        for (Mechanism mechanism : capabilities.offered()) {
            mechanisms.put(
                    mechanism,
                    mechanism == Mechanism.AES_GCM ? new AesGcm(profile, tagCodes, random) : new AesCbcHmac(random));
        }
    }

    /** What a token offers; refuses one that does not offer what its profile says. */
    static Sealing chosen(Cryptoki cryptoki, TokenIdentity token, HsmProfile profile)
            throws Misconfigured, Unavailable {
        return new Sealing(Capabilities.discover(cryptoki, token, profile), profile);
    }

    Mechanism mechanism() {
        return capabilities.chosen();
    }

    String choice() {
        return capabilities.choice(profile);
    }

    Pkcs11Custodian custodian(SessionWorkers workers) {
        return new Pkcs11Custodian(workers, mechanisms);
    }

    /** Tests the chosen mechanism in a session of its own; throws why this token must not serve. */
    String selfTest(SessionWorkers workers) throws CustodyException {
        SealingMechanism mechanism = Objects.requireNonNull(mechanisms.get(mechanism()));
        SelfTest test = new SelfTest(capabilities, mechanism, tagCodes, profile);
        try {
            String found = workers.submitWriting(test::run).get();
            LOG.infof("%s; self-test: %s", choice(), found);
            return found;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw custody;
            }
            throw new IllegalStateException("the self-test of the HSM failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted during the self-test of the HSM", e);
        }
    }
}
