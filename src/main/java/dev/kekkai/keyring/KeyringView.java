package dev.kekkai.keyring;

import dev.kekkai.custody.Kek;
import dev.kekkai.store.StoredVersion;
import java.util.List;

/**
 * A keyring as an operator sees it.
 *
 * @param versions as stored, by number
 * @param unregistered keys of this keyring that are on the token and not in the store, by number: a creation was cut off, or the store is
 *     older than they are; where there is no keyring, all keys of ours
 * @param problem why the token could not be asked, or empty
 */
public record KeyringView(List<StoredVersion> versions, List<Kek> unregistered, String problem) {
    public KeyringView {
        versions = List.copyOf(versions);
        unregistered = List.copyOf(unregistered);
    }
}
