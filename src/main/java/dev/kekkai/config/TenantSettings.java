package dev.kekkai.config;

import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.id.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The folder of tenants: one file each, named as the tenant is, {@code <name>.yaml}, read as strictly as the configuration. */
final class TenantSettings {
    static final String VOUCHED = "vouched";
    private static final String SUFFIX = ".yaml";
    private static final int MOST = 1_000;

    static final Key<TenantId> ID = new Key<>(
            "id",
            Types.tenantId(),
            new Key.Absence.Nothing(),
            "Identity of the tenant, which stays when it is renamed: 'uuidgen' makes one. Only the tenant default has one already.");
    static final Key<Boolean> PENDING = Key.preset(
            "pending", Types.bool(), "false", "Whether a machine that nobody enrolled may wait for approval.");
    static final Key<Path> EK_CA_FOLDER = new Key<>(
            "ek-ca-folder",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Absolute path of a folder with the CAs of TPM makers, PEM.");
    static final Key<Path> VTPM_CA_FOLDER = new Key<>(
            "vtpm-ca-folder",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Absolute path of a folder with the CAs of hypervisors that make vTPMs, PEM.");
    static final Key<String> LEAST_TRUST = Key.preset(
            "least-trust",
            Types.choice(Map.of(VOUCHED, VOUCHED, "virtual", "virtual", "hardware", "hardware")),
            VOUCHED,
            "What an EK must be worth at least, whatever a policy says.");

    static final Key<Set<String>> SHA1_EK_ISSUERS = Key.preset(
            "sha1-ek-issuers",
            Types.fingerprints(),
            "",
            "SHA-256 fingerprints of CAs in those folders whose EK certificates may be signed with SHA-1. None is believed otherwise.");

    static final Schema SCHEMA =
            new Schema("tenant", List.of(ID, PENDING, EK_CA_FOLDER, VTPM_CA_FOLDER, LEAST_TRUST, SHA1_EK_ISSUERS));

    private TenantSettings() {}

    /** All tenants of a folder, and the default one where the folder does not speak of it. No folder, no others. */
    static Tenants read(Settings settings, Problems problems) {
        Map<TenantId, Tenant> tenants = new HashMap<>();
        settings.find(ConfigKeys.TENANTS_FOLDER).ifPresent(folder -> {
            for (Path file : files(folder, problems)) {
                read(file, problems).ifPresent(tenant -> {
                    Tenant other = tenants.put(tenant.id(), tenant);
                    if (other != null) {
                        problems.add(
                                new Origin.InFile(file.toString(), 0, 0),
                                ID.path(),
                                "is that of the tenant " + other.name() + " too",
                                "give each tenant an identity of its own: 'uuidgen' makes one");
                    }
                });
            }
        });
        Tenants.none().all().forEach(preset -> tenants.putIfAbsent(preset.id(), preset));
        return new Tenants(tenants.values().stream()
                .sorted(Comparator.comparing(Tenant::name))
                .toList());
    }

    private static List<Path> files(Path folder, Problems problems) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found =
                    new ArrayList<>(files.filter(file -> file.toString().endsWith(SUFFIX))
                            .sorted()
                            .limit(MOST + 1)
                            .toList());
            if (found.size() > MOST) {
                refuse(folder, "has more than " + MOST + " tenants", "is it the right folder?", problems);
                return List.of();
            }
            return found;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            refuse(
                    folder,
                    "cannot be read as a folder",
                    "name a folder that the user who runs Kekkai can read",
                    problems);
            return List.of();
        }
    }

    private static void refuse(Path folder, String what, String remedy, Problems problems) {
        problems.add(new Origin.InFile(folder.toString(), 0, 0), ConfigKeys.TENANTS_FOLDER.path(), what, remedy);
    }

    private static Optional<Tenant> read(Path file, Problems problems) {
        int before = problems.count();
        Origin whole = new Origin.InFile(file.toString(), 0, 0);
        String fileName = String.valueOf(file.getFileName());
        String name = fileName.substring(0, fileName.length() - SUFFIX.length());
        if (!name.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
            problems.add(
                    whole, "", "a tenant's name has 1 to 63 of a-z, 0-9 and -", "rename the file to <name>" + SUFFIX);
            return Optional.empty();
        }
        Optional<byte[]> document = FileBytes.read(file, "give a file that can be read", problems);
        if (document.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Setting> given = SchemaReader.read(file.toString(), document.get(), SCHEMA, problems);
        Settings settings = Settings.complete(whole, SCHEMA, given, problems);
        Optional<TenantId> id = identity(name, settings, whole, problems);
        return problems.count() > before || id.isEmpty()
                ? Optional.empty()
                : Optional.of(new Tenant(
                        name,
                        id.get(),
                        settings.get(PENDING),
                        settings.find(EK_CA_FOLDER),
                        settings.find(VTPM_CA_FOLDER),
                        settings.get(LEAST_TRUST),
                        settings.get(SHA1_EK_ISSUERS)));
    }

    private static Optional<TenantId> identity(String name, Settings settings, Origin whole, Problems problems) {
        Optional<TenantId> given = settings.find(ID);
        boolean preset = name.equals(Tenants.DEFAULT);
        if (preset && given.filter(id -> !id.equals(TenantId.DEFAULT)).isPresent()) {
            problems.add(whole, ID.path(), "the tenant default has an identity already", "leave it out");
        } else if (!preset && given.isEmpty() && !problems.mention(ID.path())) {
            problems.add(whole, ID.path(), "is missing and has no default", "give a UUID: 'uuidgen' makes one");
        }
        return preset ? Optional.of(TenantId.DEFAULT) : given;
    }
}
