package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/** The attributes that the key objects of a KEK are made with, found by, and must have (PKCS#11 v3.0 §4.10). */
final class KekObjects {
    private static final long KEY_BYTES = 32;
    private static final String VALUE_LEN = "CKA_VALUE_LEN";

    private KekObjects() {}

    /** The template for {@code C_GenerateKey}. */
    static CK_ATTRIBUTE[] template(Kek kek, KeyRole role, HsmProfile make) {
        List<CK_ATTRIBUTE> template = new ArrayList<>();
        template.add(Attributes.of(CKA_CLASS, CKO_SECRET_KEY));
        template.add(Attributes.of(CKA_KEY_TYPE, role.keyType(make.macKeyType())));
        if (role == KeyRole.CIPHER || !make.omittedAttributes().contains(VALUE_LEN)) {
            template.add(Attributes.of(CKA_VALUE_LEN, KEY_BYTES));
        }
        template.add(Attributes.of(CKA_ID, kek.version().bytes()));
        template.add(Attributes.of(CKA_LABEL, kek.label().toCharArray()));
        role.template().forEach((type, value) -> {
            if (!make.omittedAttributes().contains(PKCS11Constants.ckaCodeToName(type))) {
                template.add(Attributes.of(type, value));
            }
        });
        return template.toArray(CK_ATTRIBUTE[]::new);
    }

    /** The handle of the only key object with this KEK's {@code CKA_ID} for that role. */
    static long single(Pkcs11Session session, Kek kek, KeyRole role) throws PKCS11Exception, CustodyException {
        List<Long> found = all(session, kek, role);
        if (found.isEmpty()) {
            throw missing(session, kek, role);
        }
        if (found.size() > 1) {
            throw new KeyUnsafe("the token holds " + found.size() + " " + role.title() + "s with CKA_ID "
                    + kek.version() + ": remove the one that is not of the KEK " + kek.label());
        }
        return found.getFirst();
    }

    private static KeyMissing missing(Pkcs11Session session, Kek kek, KeyRole role) throws PKCS11Exception {
        String what =
                "the token holds no " + role.title() + " with CKA_ID " + kek.version() + " (label " + kek.label() + ")";
        for (KeyRole other : KeyRole.of(kek.mechanism())) {
            if (other != role && !all(session, kek, other).isEmpty()) {
                return new KeyMissing(
                        what + ", only the " + other.title() + " that belongs with it: restore both from the"
                                + " HSM's backup. If it is what is left of a creation that was cut off, it never wrapped anything:"
                                + " remove it with the vendor's tool");
            }
        }
        return new KeyMissing(
                what + ": restore the key to the token from the HSM's backup, or connect the token that holds it");
    }

    private static List<Long> all(Pkcs11Session session, Kek kek, KeyRole role) throws PKCS11Exception {
        List<Long> found = new ArrayList<>();
        for (long keyType : role.keyTypes()) {
            for (long object : session.find(
                    Attributes.of(CKA_CLASS, CKO_SECRET_KEY),
                    Attributes.of(CKA_KEY_TYPE, keyType),
                    Attributes.of(CKA_ID, kek.version().bytes()))) {
                found.add(object);
            }
        }
        return found;
    }

    /** The key objects with this KEK's {@code CKA_ID}, all of which must have its label. */
    static List<Long> labelled(Pkcs11Session session, Kek kek) throws PKCS11Exception, CustodyException {
        List<Long> labelled = new ArrayList<>();
        for (KeyRole role : KeyRole.of(kek.mechanism())) {
            for (long object : all(session, kek, role)) {
                if (!hasLabel(session, object, kek)) {
                    throw new KeyUnsafe("the token holds an " + role.title() + " with CKA_ID " + kek.version()
                            + " whose label is not " + kek.label()
                            + ": nothing was destroyed; find out what it is, and relabel or remove it by hand");
                }
                labelled.add(object);
            }
        }
        return labelled;
    }

    private static boolean hasLabel(Pkcs11Session session, long object, Kek kek) throws PKCS11Exception {
        return session.attribute(object, CKA_LABEL) instanceof char[] text && new String(text).equals(kek.label());
    }

    /**
     * Checks the rules and reports the history. An attribute that the token does not know at all passes if the profile leaves it out of
     * templates, and {@code CKA_COPYABLE} (new in PKCS#11 v2.40) in any case.
     */
    static Provenance examine(Pkcs11Session session, Kek kek, KeyRole role, long object, HsmProfile make)
            throws PKCS11Exception, KeyUnsafe {
        List<String> broken = new ArrayList<>();
        for (Map.Entry<Long, Boolean> rule : role.rules().entrySet()) {
            String name = PKCS11Constants.ckaCodeToName(rule.getKey());
            boolean mayBeUnknown =
                    rule.getKey() == CKA_COPYABLE || make.omittedAttributes().contains(name);
            if (mayBeUnknown && !session.knows(object, rule.getKey())) {
                continue;
            }
            Boolean value = flag(session, object, rule.getKey());
            if (!rule.getValue().equals(value)) {
                broken.add(name + " is " + value);
            }
        }
        boolean lengthUntold = role == KeyRole.MAC
                && make.omittedAttributes().contains(VALUE_LEN)
                && !session.knows(object, CKA_VALUE_LEN);
        if (!lengthUntold && !Long.valueOf(KEY_BYTES).equals(session.attribute(object, CKA_VALUE_LEN))) {
            broken.add(VALUE_LEN + " is not " + KEY_BYTES);
        }
        if (!hasLabel(session, object, kek)) {
            broken.add("CKA_LABEL is not " + kek.label());
        }
        if (!broken.isEmpty()) {
            throw new KeyUnsafe("the key object with CKA_ID " + kek.version() + " (" + role.title() + ", label "
                    + kek.label() + ") must not serve as a KEK: " + String.join(", ", broken)
                    + ". Somebody made or changed it outside Kekkai: find out who, and do not trust what it wrapped");
        }
        return new Provenance(
                yes(session, object, CKA_LOCAL),
                yes(session, object, CKA_ALWAYS_SENSITIVE),
                yes(session, object, CKA_NEVER_EXTRACTABLE));
    }

    private static boolean yes(Pkcs11Session session, long object, long type) throws PKCS11Exception {
        return Boolean.TRUE.equals(flag(session, object, type));
    }

    /** A CK_BBOOL; the wrapper hands those that it does not know ({@code CKA_COPYABLE}) over as their one byte. Null if it is anything else. */
    private static @Nullable Boolean flag(Pkcs11Session session, long object, long type) throws PKCS11Exception {
        return switch (session.attribute(object, type)) {
            case Boolean value -> value;
            case byte[] raw when raw.length == 1 -> raw[0] != 0;
            case null, default -> null;
        };
    }
}
