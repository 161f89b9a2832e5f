package dev.kekkai.authority;

import dev.kekkai.id.VersionId;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreException;
import java.util.Optional;

/** What this host remembers outside the database, so that an older database is found. Durable when a method returns; safe for many threads. */
public interface Memory {
    Optional<SeenHead> head() throws StoreException;

    /** Remembers a head in place of the one before; the caller knows that it is the later one. */
    void remember(SeenHead head) throws StoreException;

    /** The most uses of a version that were reserved as far as this host knows; 0 if it knows none. */
    long uses(VersionId version) throws StoreException;

    /** Remembers uses; a lower number than before changes nothing. */
    void rememberUses(VersionId version, long total) throws StoreException;
}
