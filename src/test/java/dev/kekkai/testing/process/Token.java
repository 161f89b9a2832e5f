package dev.kekkai.testing.process;

import java.nio.file.Path;
import java.util.Map;

/** A token that an installation uses, and how a process comes to see it. */
public interface Token {
    /** What {@code custody.profile} says. */
    String profile();

    Path module();

    String label();

    Path pinFile();

    /** Whether {@code allow-soft-token} has to be said. */
    boolean software();

    /** What a process needs in its environment to see this token and no other. */
    Map<String, String> environment();
}
