package dev.kekkai.testing.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** An NSS database as a PKCS#11 token, by a copy of the bundled profile that names its folder. */
public final class NssToken implements Token {
    private static final String PIN = "pin-1508-zebra-1147";
    private static final String BUNDLED = "/var/lib/kekkai/nss";

    private final Path folder;

    private NssToken(Path folder) {
        this.folder = folder;
    }

    /** Makes an empty database below a folder, by the recipe of {@code docs/custodians.md}. */
    public static NssToken in(Path folder) throws IOException, InterruptedException {
        NssToken token = new NssToken(folder);
        Files.createFile(
                token.pinFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token.pinFile(), PIN + "\n");
        String profile = Files.readString(Path.of(System.getProperty("kekkai.home", ""), "hsm-config", "nss.yaml"));
        Files.writeString(Path.of(token.profile()), profile.replace(BUNDLED, token.database()));
        Recipe.ofCustodian("nss token")
                .run(
                        folder,
                        Map.of(
                                "NSS",
                                token.database(),
                                "PIN_FILE",
                                token.pinFile().toString()))
                .succeeded();
        return token;
    }

    private String database() {
        return folder.resolve("nss").toString();
    }

    /** How many secret keys the token holds, by NSS' own tool. */
    public long secretKeys() throws IOException, InterruptedException {
        return Finished.of(
                        folder,
                        Map.of(),
                        List.of(
                                "symkeyutil",
                                "-L",
                                "-d",
                                "sql:" + database(),
                                "-f",
                                pinFile().toString()))
                .succeeded()
                .out()
                .lines()
                .filter(line -> line.contains("kekkai/"))
                .count();
    }

    @Override
    public String profile() {
        return folder.resolve("nss.yaml").toString();
    }

    @Override
    public Path module() {
        return Path.of("/usr/lib/x86_64-linux-gnu/libsoftokn3.so");
    }

    @Override
    public String label() {
        return "kekkai";
    }

    @Override
    public Path pinFile() {
        return folder.resolve("pin");
    }

    @Override
    public boolean software() {
        return true;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of();
    }
}
