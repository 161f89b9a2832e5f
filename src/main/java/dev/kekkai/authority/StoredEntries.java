package dev.kekkai.authority;

import dev.kekkai.store.ChainEntry;

/** Entries of a chain that come from elsewhere than a store. */
public final class StoredEntries {
    private StoredEntries() {}

    /** An entry under the serial that its bytes say. */
    public static ChainEntry of(byte[] bytes) throws MalformedEntryException {
        return new ChainEntry(Entry.decode(bytes).serial(), bytes);
    }
}
