package dev.kekkai.authority;

import dev.kekkai.store.StoredVersion;
import java.util.HexFormat;

/**
 * What matters of a key version to those who approve something about it, as one hash: SHA-256 of {@code LP("kekkai/approval/state/1") | version id 16 |
 * LP(state) | opt epoch | opt disabled u64 | opt destroy-begun u64}. Enabled and disabled again, it is in another state than before.
 */
public final class SubjectState {
    private static final String DOMAIN = "kekkai/approval/state/1";

    private SubjectState() {}

    /** 64 hex digits. */
    public static String of(StoredVersion version) {
        return HexFormat.of()
                .formatHex(Entry.hash(new Canonical()
                        .prefixed(DOMAIN)
                        .fixed(version.kek().version().bytes())
                        .prefixed(version.state().name())
                        .optional(version.epoch())
                        .optional(version.disabled())
                        .optional(version.destroyBegun())
                        .bytes()));
    }
}
