/** What Kekkai promises, asked of real processes, a real token and real sockets: as built, started by {@code bin/kekkai}. */
@NullMarked
package dev.kekkai.endtoend;

import org.jspecify.annotations.NullMarked;
