package dev.kekkai.admin.rest;

import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringView;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.store.StoredVersion;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what a path names, and says whether it is still what a client saw. */
final class Keyrings {
    private Keyrings() {}

    /** The keyring in service that a path names by its tenant, if it is one of this server. */
    static Keyring served(ServedParts parts, String name) {
        return parts.keyrings().values().stream()
                .filter(keyring -> keyring.snapshot().tenant().toString().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new ProblemException(ProblemCode.NO_SUCH_KEYRING, "this server has no keyring of that tenant"));
    }

    /** All that are in service, in the order of their tenants. */
    static List<Keyring> all(ServedParts parts) {
        return parts.keyrings().values().stream()
                .sorted(Comparator.comparing(
                        keyring -> keyring.snapshot().tenant().toString()))
                .toList();
    }

    /** The tenant that a path names, if it is one of this server. */
    static TenantId tenant(ServedParts parts, String name) {
        return served(parts, name).snapshot().tenant();
    }

    /** The keyring that a path names, as it is stored now. */
    static KeyringView view(ServedParts parts, String name) {
        TenantId tenant = tenant(parts, name);
        return Work.of(() -> parts.keys().view(tenant));
    }

    /** The version that a path names by its number, or by its whole version id. */
    static StoredVersion version(KeyringView view, String name) {
        return view.versions().stream()
                .filter(version -> Integer.toString(version.kek().number()).equals(name)
                        || version.kek().version().toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NO_SUCH_VERSION, "the keyring has no version of that number or version id"));
    }

    /** Answers with a problem if there is no such version. */
    static void requireVersion(KeyringView view, String name) {
        StoredVersion unused = version(view, name);
    }

    /** The versions of a snapshot in the order in which they are stored. */
    static List<StoredVersion> byNumber(Snapshot snapshot) {
        return snapshot.versions().values().stream()
                .sorted(Comparator.comparing(version -> version.kek().number()))
                .toList();
    }

    /** Changes whenever a version is added, changes its state, or is given another time. */
    static String tag(List<StoredVersion> versions) {
        StringBuilder text = new StringBuilder();
        for (StoredVersion version : versions) {
            text.append(version.kek().version())
                    .append(' ')
                    .append(version.state())
                    .append(' ')
                    .append(version.epoch())
                    .append(' ')
                    .append(version.activateAt())
                    .append('\n');
        }
        return Tags.of(text.toString());
    }

    static void requireUnchanged(KeyringView view, @Nullable String ifMatch) {
        Tags.requireUnchanged(tag(view.versions()), ifMatch);
    }
}
