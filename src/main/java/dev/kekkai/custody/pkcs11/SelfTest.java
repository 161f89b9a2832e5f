package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_TOKEN;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/**
 * Proves at a start that a token does with the chosen mechanism what its profile says: seals and opens 32 random bytes, and refuses a
 * changed box. With keys of one session, so that no object of the token is touched and no use of a KEK is spent.
 */
final class SelfTest {
    private static final Logger LOG = Logger.getLogger(SelfTest.class);
    private static final byte[] ABOUT = "kekkai/self-test".getBytes(StandardCharsets.US_ASCII);
    private static final int SAMPLE_BYTES = 32;

    private final SealingMechanism mechanism;
    private final TagCodes tagCodes;
    private final Kek kek;
    private final HsmProfile profile;

    SelfTest(Capabilities capabilities, SealingMechanism mechanism, TagCodes tagCodes, HsmProfile profile) {
        this.mechanism = mechanism;
        this.tagCodes = tagCodes;
        this.kek = new Kek(
                VersionId.of(random(VersionId.LENGTH)), new Lineage(UUID.randomUUID()), 1, capabilities.chosen());
        this.profile = profile;
    }

    /** Answers with what was found, for people; to be run in a session of its own, with which its keys end. */
    String run(Pkcs11Session session) throws PKCS11Exception, CustodyException {
        try {
            Optional<String> refusal = generate(session);
            return refusal.isPresent() ? refusal.get() : roundTrip(session);
        } finally {
            destroyKeys(session);
        }
    }

    /** Answers with the reason if this token makes no session keys. */
    private Optional<String> generate(Pkcs11Session session) throws PKCS11Exception {
        try {
            for (KeyRole role : KeyRole.of(kek.mechanism())) {
                session.generateKey(Attributes.mechanism(role.generation(), null), template(role));
            }
            return Optional.empty();
        } catch (PKCS11Exception e) {
            if (!Ckr.aboutTheQuestion(e)) {
                throw e;
            }
            return Optional.of("the token makes no session keys for a test of its own (" + Ckr.name(e)
                    + "); the round trip through the ACTIVE KEK is the proof");
        }
    }

    private String roundTrip(Pkcs11Session session) throws PKCS11Exception, CustodyException {
        byte[] sample = random(SAMPLE_BYTES);
        try (Secret lent = Secret.owning(sample.clone())) {
            SealedBox box = seal(session, lent);
            try (Secret opened = open(session, box)) {
                if (!opened.sameAs(sample)) {
                    throw failed("another plaintext came back than was sealed");
                }
            }
            return "a session key sealed, opened, and refused a changed box" + refusal(session, box);
        }
    }

    private Secret open(Pkcs11Session session, SealedBox box) throws PKCS11Exception, CustodyException {
        try {
            return mechanism.open(session, kek, ABOUT, box);
        } catch (PKCS11Exception e) {
            if (!Ckr.aboutTheQuestion(e)) {
                throw e;
            }
            throw failed("the token does not open what it has just sealed: " + Ckr.name(e));
        } catch (NotAuthentic | Unavailable e) {
            throw failed("the token does not open what it has just sealed: " + e.getMessage());
        }
    }

    /** Here a wrong profile shows: an IV that the token wants to make, or does not make, or a function that it does not do. */
    private SealedBox seal(Pkcs11Session session, Secret lent) throws PKCS11Exception, CustodyException {
        try {
            return mechanism.seal(session, kek, ABOUT, lent);
        } catch (PKCS11Exception e) {
            if (!Ckr.aboutTheQuestion(e)) {
                throw e;
            }
            throw failed("the token does not seal: " + Ckr.name(e));
        } catch (Unavailable e) {
            throw failed(String.valueOf(e.getMessage()));
        }
    }

    /** How a changed box is refused; a code that the profile does not know is taken in, since the next forgery would pass for a fault of the HSM. */
    private String refusal(Pkcs11Session session, SealedBox box) throws PKCS11Exception, CustodyException {
        byte[] changed = box.box().clone();
        changed[0] ^= 1;
        try (Secret opened = mechanism.open(session, kek, ABOUT, new SealedBox(box.iv(), changed))) {
            throw failed("the token opens a box of " + opened.length() + " bytes that was changed");
        } catch (NotAuthentic e) {
            return "";
        } catch (PKCS11Exception e) {
            if (!Ckr.aboutTheQuestion(e) && e.getErrorCode() != PKCS11Constants.CKR_DEVICE_ERROR) {
                throw e;
            }
            tagCodes.learn(e);
            mechanism.open(session, kek, ABOUT, box).close();
            return ", with " + Ckr.name(e) + ", which profile '" + profile.name()
                    + "' does not list among its ambiguous-tag-codes: it is treated as listed, add it there";
        }
    }

    private Misconfigured failed(String what) {
        String ways = kek.mechanism() == Mechanism.AES_GCM
                ? " (iv: " + profile.ivRule().name().toLowerCase(Locale.ROOT).replace('_', '-') + ", gcm-call: "
                        + profile.gcmCall().name().toLowerCase(Locale.ROOT) + ")"
                : "";
        return new Misconfigured(
                "self-test of " + kek.mechanism() + ": " + what + ". This token does not do as profile '"
                        + profile.name() + "' says" + ways + ": use the profile of this make of HSM and of its mode."
                        + " Nothing is served");
    }

    private CK_ATTRIBUTE[] template(KeyRole role) {
        CK_ATTRIBUTE[] template = KekObjects.template(kek, role, profile);
        for (CK_ATTRIBUTE attribute : template) {
            if (attribute.type == CKA_TOKEN) {
                attribute.pValue = false;
            }
        }
        return template;
    }

    /** They end with the session in any case, unless the token has made token objects of them against its orders. */
    private void destroyKeys(Pkcs11Session session) {
        try {
            for (long object : KekObjects.labelled(session, kek)) {
                session.destroy(object);
            }
        } catch (PKCS11Exception | CustodyException e) {
            LOG.debugf("the keys of the self-test could not be destroyed: %s", e.getMessage());
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
