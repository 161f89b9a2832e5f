package dev.kekkai.architecture.bad.admin;

/** Does no wrong: the edge that another one imports. */
public record Screen(String title) {}
