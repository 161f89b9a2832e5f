package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.config.HsmProfile.GcmCall;
import dev.kekkai.config.HsmProfile.IvRule;
import dev.kekkai.config.HsmProfile.MacKeyType;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.pkcs11.Counters;
import dev.kekkai.testing.pkcs11.FaultyModule;
import dev.kekkai.testing.process.SoftHsmToken;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** A SoftHSM token behind the fault-injecting module, which plays any make of HSM; opened by any profile, one after the other. */
final class VendorToken {
    static final byte[] AAD = "associated".getBytes(StandardCharsets.US_ASCII);
    static final byte[] DEK = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    static final HsmProfile GCM = gcm(IvRule.CALLER);
    static final HsmProfile CBC_HMAC = profile(Mechanism.AES_CBC_HMAC, IvRule.CALLER, Set.of("CKR_GENERAL_ERROR"));

    final SoftHsmToken softHsm;
    final FaultyModule module;
    private final Path state;

    private VendorToken(Path folder) throws Exception {
        softHsm = SoftHsmToken.in(folder);
        module = FaultyModule.before(SoftHsmToken.MODULE, folder, softHsm.environment());
        state = Files.createDirectories(folder.resolve("state"));
    }

    static VendorToken in(Path folder) throws Exception {
        return new VendorToken(folder);
    }

    static HsmProfile gcm(IvRule rule) {
        return profile(Mechanism.AES_GCM, rule, Set.of("CKR_GENERAL_ERROR"));
    }

    static HsmProfile profile(Mechanism mechanism, IvRule rule, Set<String> ambiguousTagCodes) {
        return new HsmProfile(
                "vendor", mechanism, rule, ambiguousTagCodes, MacKeyType.GENERIC_SECRET, Set.of(), "", true);
    }

    static HsmProfile byMessage() {
        return new HsmProfile(
                "vendor",
                Mechanism.AES_GCM,
                IvRule.CALLER,
                Set.of(),
                MacKeyType.GENERIC_SECRET,
                Set.of(),
                "",
                true,
                GcmCall.MESSAGE,
                Set.of(),
                true);
    }

    /** With one session, so that whatever a bad request leaves behind is met by the next one. */
    Pkcs11Token open(HsmProfile profile) throws Exception {
        return Pkcs11Token.open(
                new KekkaiConfig.Custody(
                        profile,
                        new KekkaiConfig.Pkcs11(
                                module.path(),
                                SoftHsmToken.LABEL,
                                softHsm.pinFile(),
                                1,
                                Duration.ofMinutes(1),
                                16,
                                true)),
                state);
    }

    Counters counters() {
        return module.counters();
    }

    static Kek generated(Pkcs11Token token, Mechanism mechanism) throws Exception {
        Kek kek = OpenToken.freshKek(mechanism);
        result(token.inventory().generate(kek));
        return kek;
    }

    static SealedBox seal(Pkcs11Token token, Kek kek) throws Exception {
        return result(token.custodian().seal(kek, AAD, Secret.owning(DEK.clone())));
    }

    static byte[] open(Pkcs11Token token, Kek kek, byte[] associatedData, SealedBox box) throws Exception {
        try (Secret opened = result(token.custodian().open(kek, associatedData, box))) {
            return opened.lent().clone();
        }
    }
}
