package dev.kekkai.architecture.bad.frozen;

/** Draws its randomness while it is initialised, three calls away and behind an interface. */
public final class RandomAtBuildTime {
    static final byte[] SALT = draw(new Dice());

    private RandomAtBuildTime() {}

    private static byte[] draw(Source source) {
        return source.bytes();
    }
}
