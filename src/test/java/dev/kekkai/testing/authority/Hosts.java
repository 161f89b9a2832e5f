package dev.kekkai.testing.authority;

import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.SigningKey;
import dev.kekkai.authority.file.MemoryFile;
import dev.kekkai.store.StoreException;
import java.nio.file.Path;
import java.time.InstantSource;

/** Hosts that share a token, each with its own memory of the store. */
public final class Hosts {
    private Hosts() {}

    /** What a host remembers in a folder. */
    public static Path memoryIn(Path folder) {
        return folder.resolve("authority-seen");
    }

    /** The notary of a host that keeps its state in a folder, as a start of Kekkai makes it. */
    public static ChainNotary notary(SigningKey key, Path folder) throws StoreException {
        return new ChainNotary(key, MemoryFile.open(memoryIn(folder)), InstantSource.system());
    }
}
