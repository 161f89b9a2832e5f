package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.config.AdminApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The admin API's listener in the settings of the runtime underneath. Without it that runtime listens nowhere but on the management port. */
final class AdminListener {
    private static final String TLS = "quarkus.tls.admin.";
    private static final String ISSUER_TLS = "quarkus.tls.issuer.";

    private AdminListener() {}

    /** Throws if a file cannot be used, before anything is started. */
    static Map<String, String> settings(AdminApi api) throws CommandException {
        requireReadable("admin.tls-certificate-file", api.certificate());
        requireReadable("admin.tls-key-file", api.key());
        requireOwnersAlone(api.key());
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("quarkus.http.host-enabled", "true");
        settings.put("quarkus.http.host", api.address());
        settings.put("quarkus.http.ssl-port", Integer.toString(api.port()));
        settings.put("quarkus.http.insecure-requests", "disabled");
        settings.put("quarkus.http.tls-configuration-name", "admin");
        settings.put(TLS + "protocols", "TLSv1.3");
        settings.put(TLS + "key-store.pem.0.cert", api.certificate().toString());
        settings.put(TLS + "key-store.pem.0.key", api.key().toString());
        if (api.clientCa().isPresent()) {
            requireReadable("admin.client-ca-file", api.clientCa().get());
            settings.put(TLS + "trust-store.pem.certs", api.clientCa().get().toString());
        }
        if (api.oidc().isPresent()) {
            add(api.oidc().get(), settings);
        }
        return settings;
    }

    private static void add(AdminApi.Oidc oidc, Map<String, String> settings) throws CommandException {
        settings.put("quarkus.oidc.tenant-enabled", "true");
        settings.put("quarkus.oidc.auth-server-url", oidc.issuer().toString());
        settings.put("quarkus.oidc.token.issuer", oidc.issuer().toString());
        settings.put("quarkus.oidc.token.audience", oidc.audience());
        settings.put("quarkus.oidc.roles.role-claim-path", oidc.rolesClaim());
        if (oidc.ca().isPresent()) {
            requireReadable("admin.oidc.ca-file", oidc.ca().get());
            settings.put(ISSUER_TLS + "trust-store.pem.certs", oidc.ca().get().toString());
            settings.put("quarkus.oidc.tls.tls-configuration-name", "issuer");
        }
    }

    private static void requireReadable(String key, Path file) throws CommandException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    key + ": " + file + " is no file that this user can read: put it there, or set admin.listen: \"\"");
        }
    }

    private static void requireOwnersAlone(Path key) throws CommandException {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(key);
            if (mode.stream().anyMatch(may -> !may.name().startsWith("OWNER_"))) {
                throw new CommandException(
                        ExitCode.CONFIGURATION,
                        "admin.tls-key-file: " + key
                                + " is open to others than its owner, who could pretend to be this server: chmod 0600");
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    "admin.tls-key-file: the mode of " + key + " cannot be read: " + e.getMessage());
        }
    }
}
