package dev.kekkai.config;

import dev.kekkai.config.HsmProfile.GcmCall;
import dev.kekkai.config.HsmProfile.IvRule;
import dev.kekkai.config.HsmProfile.MacKeyType;
import dev.kekkai.envelope.Mechanism;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every key of an HSM profile. A profile states its quirks rather than inheriting them, so that nearly all are mandatory. */
final class ProfileKeys {
    /**
     * The codes of PKCS#11 v3.0 §5.1 that a token may misuse for a bad tag. Session, login and removal codes are missing on purpose: to take
     * those for a caller's fault would hide a lost HSM.
     */
    private static final Set<String> MAY_BE_AMBIGUOUS = Set.of(
            "CKR_ARGUMENTS_BAD",
            "CKR_DATA_INVALID",
            "CKR_DATA_LEN_RANGE",
            "CKR_DEVICE_ERROR",
            "CKR_DEVICE_MEMORY",
            "CKR_FUNCTION_FAILED",
            "CKR_GENERAL_ERROR",
            "CKR_HOST_MEMORY",
            "CKR_VENDOR_DEFINED");

    /** What a key may not be able to say of itself without being able to leave the token: all others must be there and right. */
    private static final Set<String> MAY_BE_OMITTED = Set.of(
            "CKA_COPYABLE",
            "CKA_VALUE_LEN",
            "CKA_DERIVE",
            "CKA_WRAP",
            "CKA_UNWRAP",
            "CKA_SIGN",
            "CKA_VERIFY",
            "CKA_ENCRYPT",
            "CKA_DECRYPT");

    static final Key<Boolean> SOFT_TOKEN =
            Key.mandatory("soft-token", Types.bool(), "Whether it is software, whose keys root on the host can read.");
    static final Key<Path> MODULE = new Key<>(
            "module",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Where the vendor's library usually lies; custody.pkcs11.module outranks it.");
    static final Key<Mechanism> MECHANISM = Key.mandatory(
            "mechanism",
            Types.choice(Map.of("aes-gcm", Mechanism.AES_GCM, "aes-cbc-hmac", Mechanism.AES_CBC_HMAC)),
            "How new key-encryption keys seal.");
    static final Key<IvRule> IV = Key.mandatory(
            "iv",
            Types.choice(Map.of(
                    "caller",
                    IvRule.CALLER,
                    "module-appended",
                    IvRule.MODULE_APPENDED,
                    "module-prepended",
                    IvRule.MODULE_PREPENDED)),
            "Who makes the IV of AES-GCM, and where a module that makes it leaves it.");
    static final Key<Set<String>> AMBIGUOUS_TAG_CODES = Key.mandatory(
            "ambiguous-tag-codes",
            Types.listOf(MAY_BE_AMBIGUOUS),
            "Codes with which this token reports a bad tag although they may also mean a device fault.");

    static final Key<MacKeyType> MAC_KEY_TYPE = Key.preset(
            "mac-key-type",
            Types.choice(Map.of("generic-secret", MacKeyType.GENERIC_SECRET, "sha256-hmac", MacKeyType.SHA256_HMAC)),
            "generic-secret",
            "What this token calls the second key of aes-cbc-hmac.");
    static final Key<Set<String>> OMIT_ATTRIBUTES = Key.preset(
            "omit-attributes",
            Types.listOf(MAY_BE_OMITTED),
            "",
            "Attributes that this token refuses in a template; where it has an answer all the same, that must be the right one.");
    static final Key<String> INITIALIZE_ARGUMENTS = Key.preset(
            "initialize-arguments",
            Types.printable(1024),
            "",
            "Text for pReserved of C_Initialize; empty for the NULL that nearly all modules want.");

    static final Key<GcmCall> GCM_CALL = Key.preset(
            "gcm-call",
            Types.choice(Map.of("encrypt", GcmCall.ENCRYPT, "message", GcmCall.MESSAGE)),
            "encrypt",
            "By which functions aes-gcm encrypts: C_Encrypt, or C_EncryptMessage of PKCS#11 v3.0.");
    static final Key<Set<String>> UNTOLD_HISTORY = Key.preset(
            "untold-history",
            Types.listOf(Set.of("CKA_LOCAL")),
            "",
            "What this token does not tell of the history of keys that it made itself.");
    static final Key<Boolean> READ_ONLY_SESSIONS = Key.preset(
            "read-only-sessions", Types.bool(), "true", "Whether C_OpenSession may be called without CKF_RW_SESSION.");

    static final Schema SCHEMA = new Schema(
            "hsm",
            List.of(
                    SOFT_TOKEN,
                    MODULE,
                    MECHANISM,
                    IV,
                    AMBIGUOUS_TAG_CODES,
                    MAC_KEY_TYPE,
                    OMIT_ATTRIBUTES,
                    INITIALIZE_ARGUMENTS,
                    GCM_CALL,
                    UNTOLD_HISTORY,
                    READ_ONLY_SESSIONS));

    private ProfileKeys() {}
}
