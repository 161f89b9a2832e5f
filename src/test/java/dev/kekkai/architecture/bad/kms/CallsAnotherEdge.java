package dev.kekkai.architecture.bad.kms;

import dev.kekkai.architecture.bad.admin.Screen;

/** An edge that imports another edge. */
public record CallsAnotherEdge(Screen screen) {}
