package dev.kekkai.keyring;

import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How an operator names a version: by its number, or by its version id or the beginning of it. */
final class VersionReference {
    private static final String NUMBER = "[0-9]{1,9}";
    private static final String BEGINNING = "[0-9a-f]{4,32}";

    private VersionReference() {}

    /** The one version that is meant; digits alone are a number as long as they can be one. */
    static StoredVersion find(StoredKeyring keyring, String text) throws KeyringException {
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (!name.matches(NUMBER) && !name.matches(BEGINNING)) {
            throw new KeyringException(
                    "'" + text
                            + "' names no key version: give its number, or at least 4 digits of its version id; 'kekkai key list' shows both");
        }
        List<StoredVersion> found = keyring.versions().stream()
                .filter(version -> name.matches(NUMBER)
                        ? version.kek().number() == Integer.parseInt(name)
                        : version.kek().version().toString().startsWith(name))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        throw new KeyringException(
                found.isEmpty()
                        ? "this keyring has no key version " + text
                                + "; 'kekkai key list' shows those it has, and one that is UNREGISTERED must be adopted first ('kekkai key adopt')"
                        : "'" + text + "' names the key versions "
                                + found.stream()
                                        .map(version -> version.kek().number() + " ("
                                                + version.kek().version() + ")")
                                        .collect(Collectors.joining(" and "))
                                + ": give more digits, or the number");
    }
}
