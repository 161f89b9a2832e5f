package dev.kekkai.config;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/** The HSM profiles that travel in the binary, as class-path resources {@code /hsm-config/<name>.yaml}. */
final class BundledProfiles {
    /** All of them; nothing scans the class path for more. */
    static final Set<String> NAMES = Set.of(
            "softhsm", "luna", "nshield", "cloudhsm", "utimaco", "yubihsm2", "tpm2-pkcs11", "nss", "opencryptoki");

    /** Lies beside the profiles and is the annotated configuration. */
    static final String NOT_A_PROFILE = "kekkai";

    private BundledProfiles() {}

    static byte[] read(String name) throws IOException {
        String resource = "/hsm-config/" + name + ".yaml";
        try (InputStream stream = BundledProfiles.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new FileNotFoundException(resource + " is missing in this build");
            }
            return stream.readNBytes(StrictYaml.LIMIT + 1);
        }
    }
}
