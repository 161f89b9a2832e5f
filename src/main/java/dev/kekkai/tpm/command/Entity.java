package dev.kekkai.tpm.command;

import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.TpmWriter;

/**
 * What a handle stands for.
 *
 * @param name what sessions authenticate instead of the handle (Part 1 §16): of objects and NV indices a digest, else the handle itself
 */
public record Entity(int handle, byte[] name) {
    public static Entity of(Hierarchy hierarchy) {
        return named(hierarchy.handle());
    }

    static Entity of(AuthSession session) {
        return named(session.handle());
    }

    static Entity pcr(int pcr) {
        return named(pcr);
    }

    /** One whose name is its handle. */
    static Entity named(int handle) {
        return new Entity(handle, new TpmWriter().u32(handle).toBytes());
    }
}
