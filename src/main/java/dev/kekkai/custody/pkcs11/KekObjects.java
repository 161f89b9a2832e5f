package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/** The attributes that the AES key object of a KEK is made with, found by, and must have (PKCS#11 v3.0 §4.10). */
final class KekObjects {
    private static final long AES_256_BYTES = 32;

    private KekObjects() {}

    /** What makes a KEK one that cannot leave, and can do nothing but seal and open. */
    private static Map<Long, Boolean> rules() {
        Map<Long, Boolean> rules = new LinkedHashMap<>();
        rules.put(CKA_TOKEN, true);
        rules.put(CKA_PRIVATE, true);
        rules.put(CKA_SENSITIVE, true);
        rules.put(CKA_EXTRACTABLE, false);
        rules.put(CKA_ENCRYPT, true);
        rules.put(CKA_DECRYPT, true);
        rules.put(CKA_WRAP, false);
        rules.put(CKA_UNWRAP, false);
        rules.put(CKA_DERIVE, false);
        rules.put(CKA_SIGN, false);
        rules.put(CKA_VERIFY, false);
        rules.put(CKA_COPYABLE, false);
        return rules;
    }

    /** The template for {@code C_GenerateKey} with {@code CKM_AES_KEY_GEN}. */
    static CK_ATTRIBUTE[] template(Kek kek) {
        List<CK_ATTRIBUTE> template = new ArrayList<>();
        template.add(Attributes.of(CKA_CLASS, CKO_SECRET_KEY));
        template.add(Attributes.of(CKA_KEY_TYPE, CKK_AES));
        template.add(Attributes.of(CKA_VALUE_LEN, AES_256_BYTES));
        template.add(Attributes.of(CKA_ID, kek.version().bytes()));
        template.add(Attributes.of(CKA_LABEL, kek.label().toCharArray()));
        rules().forEach((type, value) -> template.add(Attributes.of(type, value)));
        return template.toArray(CK_ATTRIBUTE[]::new);
    }

    /** The handle of the only AES key object with this KEK's {@code CKA_ID}. */
    static long single(Pkcs11Session session, Kek kek) throws PKCS11Exception, CustodyException {
        long[] found = all(session, kek);
        if (found.length == 0) {
            session.requireLogin();
            throw new KeyMissing("the token holds no AES key with CKA_ID " + kek.version() + " (label " + kek.label()
                    + "): restore the key to the token from the HSM's backup, or connect the token that holds it");
        }
        if (found.length > 1) {
            throw new KeyUnsafe("the token holds " + found.length + " AES keys with CKA_ID " + kek.version()
                    + ": remove the one that is not the KEK " + kek.label());
        }
        return found[0];
    }

    private static long[] all(Pkcs11Session session, Kek kek) throws PKCS11Exception {
        return session.find(
                Attributes.of(CKA_CLASS, CKO_SECRET_KEY),
                Attributes.of(CKA_KEY_TYPE, CKK_AES),
                Attributes.of(CKA_ID, kek.version().bytes()));
    }

    /** The AES key objects with this KEK's {@code CKA_ID}, all of which must have its label. None means that there are none, not that none is seen. */
    static List<Long> labelled(Pkcs11Session session, Kek kek) throws PKCS11Exception, CustodyException {
        session.requireLogin();
        List<Long> found = new ArrayList<>();
        for (long object : all(session, kek)) {
            if (!hasLabel(session, object, kek)) {
                throw new KeyUnsafe(
                        "the token holds an AES key with CKA_ID " + kek.version() + " whose label is not " + kek.label()
                                + ": nothing was destroyed; find out what it is, and relabel or remove it by hand");
            }
            found.add(object);
        }
        return found;
    }

    private static boolean hasLabel(Pkcs11Session session, long object, Kek kek) throws PKCS11Exception {
        return session.attribute(object, CKA_LABEL) instanceof char[] text && new String(text).equals(kek.label());
    }

    /** Checks the rules and reports the history. A token that does not know {@code CKA_COPYABLE} (PKCS#11 before 2.40) passes without it. */
    static Provenance examine(Pkcs11Session session, Kek kek, long object) throws PKCS11Exception, KeyUnsafe {
        List<String> broken = new ArrayList<>();
        for (Map.Entry<Long, Boolean> rule : rules().entrySet()) {
            Boolean value = flag(session, object, rule.getKey());
            if (value == null && rule.getKey() == CKA_COPYABLE) {
                continue;
            }
            if (!rule.getValue().equals(value)) {
                broken.add(PKCS11Constants.ckaCodeToName(rule.getKey()) + " is " + value);
            }
        }
        if (!Long.valueOf(AES_256_BYTES).equals(session.attribute(object, CKA_VALUE_LEN))) {
            broken.add("CKA_VALUE_LEN is not 32");
        }
        if (!hasLabel(session, object, kek)) {
            broken.add("CKA_LABEL is not " + kek.label());
        }
        if (!broken.isEmpty()) {
            throw new KeyUnsafe("the key object with CKA_ID " + kek.version() + " (label " + kek.label()
                    + ") must not serve as a KEK: " + String.join(", ", broken)
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
