package dev.kekkai.architecture.bad.frozen;

/** Loads a native library while it is initialised. */
@SuppressWarnings("restricted")
public final class LoadsALibrary {
    static {
        System.loadLibrary("none");
    }

    private LoadsALibrary() {}
}
