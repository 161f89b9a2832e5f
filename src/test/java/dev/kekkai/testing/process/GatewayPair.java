package dev.kekkai.testing.process;

import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.testing.store.PostgresServer;
import dev.kekkai.testing.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Two gateways of one fleet, on one HSM and one PostgreSQL, with a key. */
public record GatewayPair(GatewayHost one, GatewayHost two) {
    /** Installs both; none serves yet. */
    public static GatewayPair in(Path folder) throws Exception {
        SoftHsmToken token = SoftHsmToken.in(Files.createDirectory(folder.resolve("hsm")));
        TestDatabase.Postgresql database = PostgresServer.shared().database();
        GatewayPair pair = new GatewayPair(
                host(folder.resolve("one"), token, database), host(folder.resolve("two"), token, database));
        pair.one.installation().run("key", "create").succeeded();
        return pair;
    }

    private static GatewayHost host(Path folder, SoftHsmToken token, TestDatabase.Postgresql database)
            throws IOException, InterruptedException {
        Installation installation = Installation.on(token, Files.createDirectories(folder));
        installation.edit(
                "store:\n",
                "store:\n    type: postgresql\n    postgresql: { url: '" + database.name()
                        + "', user: postgres, tls: \"off\" }\n");
        return GatewayHost.of(installation);
    }

    /** As agents name them. */
    public List<Gateway> addresses() {
        return List.of(one.address(), two.address());
    }
}
