package dev.kekkai.envelope;

import java.util.Optional;

/** Whether the custodian sealed the DEK itself or the key of a batch, as the envelope's second byte says it. */
public enum Layout {
    /** The box is the sealed DEK. */
    SINGLE(1),
    /** The box is a sealed batch key of 32 bytes, and the DEK is a leaf under that key. */
    BATCH(2);

    private final int code;

    Layout(int code) {
        this.code = code;
    }

    /** The code in the envelope. */
    public int code() {
        return code;
    }

    /** The layout of a code, or empty if there is none. */
    public static Optional<Layout> ofCode(int code) {
        for (Layout layout : values()) {
            if (layout.code == code) {
                return Optional.of(layout);
            }
        }
        return Optional.empty();
    }
}
