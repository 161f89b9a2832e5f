/** A gateway on loopback with real TLS, and nodes that call it by hand. */
@NullMarked
package dev.kekkai.testing.gateway;

import org.jspecify.annotations.NullMarked;
