package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.config.HsmProfile.GcmCall;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.envelope.Mechanism;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM_INFO;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/**
 * Which of our mechanisms a token offers, by {@code C_GetMechanismInfo} (PKCS#11 v3.0 §5.5.6), and what is chosen for new KEKs.
 *
 * @param lacking of each mechanism, what of it the token does not offer; nothing where it offers all
 * @param chosen for new KEKs
 */
record Capabilities(Map<Mechanism, List<String>> lacking, Mechanism chosen) {
    private static final long AES_256_BYTES = 32;
    /** Some modules count AES keys in bits. */
    private static final long LEAST_BITS = 128;

    /** In the order of preference. */
    private static final List<Mechanism> OURS = List.of(Mechanism.AES_GCM, Mechanism.AES_CBC_HMAC);

    Capabilities {
        lacking = Map.copyOf(lacking);
    }

    /** Asks a token, and refuses one that does not offer what the profile says. */
    static Capabilities discover(Cryptoki cryptoki, TokenIdentity token, HsmProfile profile)
            throws Misconfigured, Unavailable {
        Map<Mechanism, List<String>> lacking = new EnumMap<>(Mechanism.class);
        for (Mechanism mechanism : OURS) {
            List<String> missing = new ArrayList<>();
            for (Need need : needs(mechanism, profile)) {
                need.missing(cryptoki.mechanism(token.slot(), need.type())).ifPresent(missing::add);
            }
            lacking.put(mechanism, missing.stream().distinct().toList());
        }
        if (!lacking.getOrDefault(profile.mechanism(), List.of()).isEmpty()) {
            throw refusal(token, profile, lacking);
        }
        return new Capabilities(lacking, profile.mechanism());
    }

    private static List<Need> needs(Mechanism mechanism, HsmProfile profile) {
        if (mechanism == Mechanism.AES_CBC_HMAC) {
            return List.of(
                    new Need(CKM_AES_CBC, Map.of(CKF_ENCRYPT, "encrypts", CKF_DECRYPT, "decrypts"), true),
                    new Need(CKM_SHA256_HMAC, Map.of(CKF_SIGN, "signs"), false));
        }
        long encryption = GcmStyle.of(profile).encryption();
        boolean byMessage = profile.gcmCall() == GcmCall.MESSAGE;
        Need encrypts = new Need(
                encryption,
                byMessage ? Map.of(CKF_MESSAGE_ENCRYPT, "encrypts messages") : Map.of(CKF_ENCRYPT, "encrypts"),
                true);
        return List.of(encrypts, new Need(CKM_AES_GCM, Map.of(CKF_DECRYPT, "decrypts"), true));
    }

    /**
     * A mechanism that the token must have, and what it must do.
     *
     * @param flags {@code CKF_} bits and what they mean
     * @param aes256 whether it must take keys of 32 bytes
     */
    private record Need(long type, Map<Long, String> flags, boolean aes256) {
        Optional<String> missing(Optional<CK_MECHANISM_INFO> found) {
            String name = name(type);
            if (found.isEmpty()) {
                return Optional.of(name);
            }
            CK_MECHANISM_INFO info = found.get();
            Optional<String> undone = flags.keySet().stream()
                    .sorted(Comparator.naturalOrder())
                    .filter(flag -> (info.flags & flag) == 0)
                    .map(flag -> name + " that " + flags.get(flag))
                    .findFirst();
            return undone.or(() -> aes256 && !takesAes256(info)
                    ? Optional.of(name + " with keys of 256 bits (it takes " + info.ulMinKeySize + " to "
                            + info.ulMaxKeySize + ")")
                    : Optional.empty());
        }
    }

    private static boolean takesAes256(CK_MECHANISM_INFO info) {
        long unit = info.ulMinKeySize >= LEAST_BITS ? 8 : 1;
        // Zero says that the module does not say.
        return info.ulMaxKeySize == 0 || info.ulMaxKeySize >= AES_256_BYTES * unit;
    }

    static String name(long mechanism) {
        return mechanism == GcmStyle.CKM_CLOUDHSM_AES_GCM
                ? "CKM_CLOUDHSM_AES_GCM"
                : PKCS11Constants.ckmCodeToName(mechanism);
    }

    private static Misconfigured refusal(
            TokenIdentity token, HsmProfile profile, Map<Mechanism, List<String>> lacking) {
        String lacks = String.join(" and ", lacking.getOrDefault(profile.mechanism(), List.of()));
        String next = OURS.stream()
                .filter(mechanism -> lacking.getOrDefault(mechanism, List.of()).isEmpty())
                .findFirst()
                .map(mechanism -> "it has what " + configured(mechanism)
                        + " needs: use the profile of this make of HSM," + " or a copy of '" + profile.name()
                        + "' that says mechanism: " + configured(mechanism))
                .orElse(
                        GcmStyle.of(profile) != GcmStyle.CALLER
                                ? "use the profile of this make of HSM, or a copy of '" + profile.name()
                                        + "' without its special ways with AES-GCM"
                                : "this token cannot keep KEKs for Kekkai, which needs AES-256-GCM, or AES-256-CBC and HMAC-SHA-256");
        return new Misconfigured("token '" + token.label() + "' does not offer " + lacks + ", which profile '"
                + profile.name() + "' needs; " + next);
    }

    private static String configured(Mechanism mechanism) {
        return mechanism == Mechanism.AES_GCM ? "aes-gcm" : "aes-cbc-hmac";
    }

    /** Those that KEKs of this token can have. */
    Set<Mechanism> offered() {
        return OURS.stream()
                .filter(mechanism -> lacking.getOrDefault(mechanism, List.of()).isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What was chosen, and why. */
    String choice(HsmProfile profile) {
        String what = chosen == Mechanism.AES_GCM
                ? "AES-256-GCM " + GcmStyle.of(profile).describe()
                : "AES-256-CBC, then HMAC-SHA-256";
        List<String> noGcm = lacking.getOrDefault(Mechanism.AES_GCM, List.of());
        return what + ": profile '" + profile.name() + "' says so, and the token offers it"
                + (noGcm.isEmpty() ? "" : "; it has no " + String.join(" and no ", noGcm));
    }
}
