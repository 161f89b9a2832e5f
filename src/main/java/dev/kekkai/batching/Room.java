package dev.kekkai.batching;

/** Counts waiting requests against bounds. Guarded by the lock of {@link Dispatch}. */
final class Room {
    private final int mostAlone;
    private final int mostTogether;
    private int alone;
    private int together;

    Room(int mostAlone, int mostTogether) {
        this.mostAlone = mostAlone;
        this.mostTogether = mostTogether;
    }

    int waiting(boolean shares) {
        return shares ? together : alone;
    }

    boolean has(boolean shares) {
        return shares ? together < mostTogether : alone < mostAlone;
    }

    void enter(boolean shares) {
        if (shares) {
            together++;
        } else {
            alone++;
        }
    }

    void leave(boolean shares) {
        if (shares) {
            together--;
        } else {
            alone--;
        }
    }

    @Override
    public String toString() {
        return alone + " requests that need an operation of their own and " + together + " that share one";
    }
}
