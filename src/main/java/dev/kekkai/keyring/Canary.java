package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.Layout;
import dev.kekkai.envelope.MalformedEnvelopeException;
import dev.kekkai.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Proves which key a version has: an envelope sealed when the version was registered, opened at every start.
 *
 * <p>Its content is SHA-256("kekkai/canary/1" ‖ version id), which everybody can compute. It has associated data of its own, so it never
 * opens as a DEK ({@link AssociatedData#canary}).
 */
final class Canary {
    private final KeyCustodian custodian;

    Canary(KeyCustodian custodian) {
        this.custodian = custodian;
    }

    /** Seals a canary and opens it again, so that a version is never registered with a key that cannot do both. */
    byte[] seal(Kek kek) throws CustodyException, KeyringException {
        Header header = new Header(Layout.SINGLE, kek.mechanism(), kek.version());
        try (Secret content = Secret.owning(content(kek))) {
            SealedBox box = Awaited.result(custodian.seal(kek, AssociatedData.canary(header), content));
            byte[] canary = new Envelope.Single(header, box.iv(), box.box()).encode();
            check(kek, canary);
            return canary;
        }
    }

    /** Opens a canary; throws if the key in the HSM is not the one that sealed it. */
    void check(Kek kek, byte[] canary) throws CustodyException, KeyringException {
        Envelope envelope = parse(kek, canary);
        SealedBox box = new SealedBox(envelope.iv(), envelope.box());
        try (Secret content = Awaited.result(custodian.open(kek, AssociatedData.canary(envelope.header()), box))) {
            if (!content.sameAs(content(kek))) {
                throw otherKey(kek, null);
            }
        } catch (CustodyException.NotAuthentic e) {
            throw otherKey(kek, e);
        }
    }

    /** Whether a canary can be read at all; says nothing of whether it opens. */
    boolean readable(Kek kek, byte[] canary) {
        try {
            return parse(kek, canary).header().version().equals(kek.version());
        } catch (KeyringException e) {
            return false;
        }
    }

    private static Envelope parse(Kek kek, byte[] canary) throws KeyringException {
        try {
            Envelope envelope = Envelope.parse(canary);
            if (envelope.header().layout() != Layout.SINGLE
                    || envelope.header().mechanism() != kek.mechanism()
                    || !envelope.header().version().equals(kek.version())) {
                throw new KeyringException("the stored canary of KEK " + kek.label()
                        + " belongs to another key or mechanism: the store was changed by hand; restore it from a backup"
                        + renewal(kek));
            }
            return envelope;
        } catch (MalformedEnvelopeException e) {
            throw new KeyringException(
                    "the stored canary of KEK " + kek.label() + " is damaged (" + e.getMessage()
                            + "): restore the store from a backup"
                            + renewal(kek),
                    e);
        }
    }

    private static String renewal(Kek kek) {
        return ", or, when the version no longer wraps, have a new canary sealed by 'kekkai key adopt --version "
                + kek.number() + "'";
    }

    private static KeyringException otherKey(Kek kek, @Nullable Throwable cause) {
        return new KeyringException(
                "the key on the token with CKA_ID " + kek.version() + " (label " + kek.label()
                        + ") is not the KEK that this keyring remembers: its canary does not open. Nothing wrapped by the remembered key"
                        + " would open either; connect the token that holds it, or restore the key from the HSM's backup",
                cause);
    }

    private static byte[] content(Kek kek) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("kekkai/canary/1".getBytes(StandardCharsets.US_ASCII));
            return digest.digest(kek.version().bytes());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
