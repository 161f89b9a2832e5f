package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.config.HsmProfile.MacKeyType;
import dev.kekkai.envelope.Mechanism;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a key object of a KEK is there for. A KEK has one object of each role that its mechanism needs, all with its {@code CKA_ID} and label. */
enum KeyRole {
    /** Encrypts and decrypts, and nothing else. */
    CIPHER("AES key"),
    /** Makes MACs, and nothing else. Some tokens keep such a key under a type of its own. */
    MAC("MAC key");

    private static final List<Long> USES =
            List.of(CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY, CKA_WRAP, CKA_UNWRAP, CKA_DERIVE);

    private final String title;

    KeyRole(String title) {
        this.title = title;
    }

    /** The objects that a mechanism needs, in the order in which they are made. */
    static List<KeyRole> of(Mechanism mechanism) {
        return switch (mechanism) {
            case AES_GCM -> List.of(CIPHER);
            case AES_CBC_HMAC -> List.of(CIPHER, MAC);
            case TPM_HMAC_GCM -> throw new IllegalArgumentException(mechanism + " is no mechanism of PKCS#11 tokens");
        };
    }

    /** As messages call it. */
    String title() {
        return title;
    }

    /** The {@code CKK_} types under which tokens keep such a key. */
    List<Long> keyTypes() {
        return switch (this) {
            case CIPHER -> List.of(CKK_AES);
            case MAC -> List.of(CKK_GENERIC_SECRET, CKK_SHA256_HMAC);
        };
    }

    private List<Long> uses() {
        return switch (this) {
            case CIPHER -> List.of(CKA_ENCRYPT, CKA_DECRYPT);
            case MAC -> List.of(CKA_SIGN);
        };
    }

    /** The {@code CKK_} type of a new one. */
    long keyType(MacKeyType ofMacs) {
        return this == MAC && ofMacs == MacKeyType.SHA256_HMAC
                ? CKK_SHA256_HMAC
                : keyTypes().getFirst();
    }

    /** The {@code CKM_} that generates one. */
    long generation() {
        return this == CIPHER ? CKM_AES_KEY_GEN : CKM_GENERIC_SECRET_KEY_GEN;
    }

    /** What makes it a key that cannot leave, and can do nothing but what it is for. */
    Map<Long, Boolean> template() {
        Map<Long, Boolean> rules = new LinkedHashMap<>();
        rules.put(CKA_TOKEN, true);
        rules.put(CKA_PRIVATE, true);
        rules.put(CKA_SENSITIVE, true);
        rules.put(CKA_EXTRACTABLE, false);
        USES.forEach(use -> rules.put(use, uses().contains(use)));
        rules.put(CKA_COPYABLE, false);
        return rules;
    }

    /** What of it an object must have. That a MAC key also verifies is let pass: whoever can make a MAC can compare it. */
    Map<Long, Boolean> rules() {
        Map<Long, Boolean> rules = template();
        if (this == MAC) {
            rules.remove(CKA_VERIFY);
        }
        return rules;
    }
}
