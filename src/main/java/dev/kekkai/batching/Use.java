package dev.kekkai.batching;

import dev.kekkai.dek.DekException;

/** Grants one use of a KEK version, that is, one operation that seals under it. A batch is one use. */
@FunctionalInterface
public interface Use {
    /**
     * Takes one use, or says why there is none; does not block.
     *
     * @throws DekException if none is reserved at the moment, or the version has had all of them
     */
    void take() throws DekException;
}
