package dev.kekkai.architecture.bad.frozen;

import java.security.SecureRandom;

/** Does no wrong by itself: draws when it is asked to. */
public final class Dice implements Source {
    @Override
    public byte[] bytes() {
        byte[] drawn = new byte[16];
        new SecureRandom().nextBytes(drawn);
        return drawn;
    }
}
