/** Probes on the management port: {@code /livez}, {@code /readyz}, {@code /startupz}, and the same under {@code /q/health}. */
@NullMarked
package dev.kekkai.health;

import org.jspecify.annotations.NullMarked;
