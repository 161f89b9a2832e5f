/** Unix sockets as other processes see them. */
@NullMarked
package dev.kekkai.testing.uds;

import org.jspecify.annotations.NullMarked;
