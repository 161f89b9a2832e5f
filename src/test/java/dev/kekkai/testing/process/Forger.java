package dev.kekkai.testing.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/** Makes a KEK that looks the same as another in every attribute, as somebody with the PIN could. */
public final class Forger {
    private Forger() {}

    /** Makes a key that looks like a version's, which must have been removed. */
    public static void generate(Installation installation, JsonNode version, String lineage)
            throws IOException, InterruptedException {
        installation
                .runInOwnJvm(
                        Forger.class,
                        installation.config().toString(),
                        version.get("versionId").asText(),
                        lineage,
                        version.get("number").asText())
                .succeeded();
    }

    /** Generates a KEK by its configuration, {@code CKA_ID}, lineage and number. */
    public static void main(String[] arguments) throws Exception {
        KekkaiConfig config = ConfigFile.load(Path.of(arguments[0]), Map.of());
        Kek kek = new Kek(
                VersionId.parse(arguments[1]),
                new Lineage(UUID.fromString(arguments[2])),
                Integer.parseInt(arguments[3]),
                Mechanism.AES_GCM);
        try (Pkcs11Token token = Pkcs11Token.open(config.custody(), Files.createTempDirectory("forger"))) {
            token.inventory().generate(kek).toCompletableFuture().join();
        }
    }
}
