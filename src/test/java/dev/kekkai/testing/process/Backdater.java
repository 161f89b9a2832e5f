package dev.kekkai.testing.process;

import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.SignedRows;
import dev.kekkai.authority.SigningKey;
import dev.kekkai.authority.file.MemoryFile;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.Signer;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.store.sql.SchemaChange;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Lets time pass for a version, as only somebody can who has the HSM sign it. */
public final class Backdater {
    private Backdater() {}

    /** Has a version be DISABLED for that long already. */
    public static void disabledFor(Installation installation, int number, Duration time)
            throws IOException, InterruptedException {
        installation
                .runInOwnJvm(
                        Backdater.class,
                        installation.config().toString(),
                        Integer.toString(number),
                        Instant.now().minus(time).toString())
                .succeeded();
    }

    /** Writes what the configuration, the number and the time say. */
    public static void main(String[] arguments) throws Exception {
        KekkaiConfig config = ConfigFile.load(Path.of(arguments[0]), Map.of());
        try (Pkcs11Token token = Pkcs11Token.open(config.custody(), Files.createTempDirectory("backdater"))) {
            Signer signer = token.signer(SigningKey.LABEL);
            ChainNotary notary = new ChainNotary(
                    new Found(signer),
                    MemoryFile.open(Hosts.memoryIn(config.store().path().getParent())),
                    InstantSource.system());
            try (SqlKeyringStore store =
                    SqlKeyringStore.openSqlite(config.store().path(), SchemaChange.FORWARD, notary)) {
                new SignedRows(store, signer, notary)
                        .disabledSince(Integer.parseInt(arguments[1]), Instant.parse(arguments[2]));
            }
        }
    }

    private record Found(Signer signer) implements SigningKey {
        @Override
        public Optional<Signer> existing() {
            return Optional.of(signer);
        }

        @Override
        public Signer generate() {
            return signer;
        }
    }
}
