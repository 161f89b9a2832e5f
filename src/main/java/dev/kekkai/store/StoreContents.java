package dev.kekkai.store;

import java.util.Optional;

/** A store as a whole: for moving it, and for bringing one into order that is not believed. */
public interface StoreContents {
    /** Everything, as it is at one moment. */
    StoreContent read() throws StoreException;

    /** Replaces everything in one transaction, while nobody else can change anything. */
    void replace(Replacement replacement) throws StoreException;

    /** What is to be there instead. */
    @FunctionalInterface
    interface Replacement {
        /**
         * The content that is to be there, or empty if nothing is to change.
         *
         * @throws StoreException to leave everything as it is
         */
        Optional<StoreContent> of(StoreContent before) throws StoreException;
    }
}
