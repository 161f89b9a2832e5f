package dev.kekkai.architecture.bad.batching;

import java.util.ServiceLoader;

/** Finds a class and a service where no native image sees them. */
public final class LooksUpByName {
    Class<?> byName() throws ClassNotFoundException {
        return Class.forName("dev.kekkai.architecture.bad.wire.Message");
    }

    ServiceLoader<Runnable> services() {
        return ServiceLoader.load(Runnable.class);
    }
}
