package dev.kekkai.config;

import dev.kekkai.config.HsmProfile.IvRule;
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

    static final Key<Boolean> SOFT_TOKEN =
            Key.mandatory("soft-token", Types.bool(), "Whether it is software, whose keys root on the host can read.");
    static final Key<Path> MODULE = new Key<>(
            "module",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Where the vendor's library usually lies; custody.pkcs11.module outranks it.");
    static final Key<Mechanism> MECHANISM = Key.mandatory(
            "mechanism",
            Types.choice(Map.of("aes-gcm", Mechanism.AES_GCM)).refusingForNow(Set.of("aes-cbc-hmac")),
            "How new key-encryption keys seal.");
    static final Key<IvRule> IV = Key.mandatory(
            "iv",
            Types.choice(Map.of("caller", IvRule.CALLER)).refusingForNow(Set.of("module-appended", "module-in-place")),
            "Who makes the IV, and where a module that makes it leaves it.");
    static final Key<Integer> IV_LENGTH = Key.mandatory(
            "iv-length", Types.numberChoice(Set.of(12)).refusingForNow(Set.of("16")), "Length of the IV in bytes.");
    static final Key<Set<String>> AMBIGUOUS_TAG_CODES = Key.mandatory(
            "ambiguous-tag-codes",
            Types.listOf(MAY_BE_AMBIGUOUS),
            "Codes with which this token reports a bad tag although they may also mean a device fault.");

    static final Schema SCHEMA =
            new Schema("hsm", List.of(SOFT_TOKEN, MODULE, MECHANISM, IV, IV_LENGTH, AMBIGUOUS_TAG_CODES));

    private ProfileKeys() {}
}
