package dev.kekkai.architecture.bad.frozen;

/** Does no wrong: what stands between a static initialiser and its randomness. */
public interface Source {
    byte[] bytes();
}
