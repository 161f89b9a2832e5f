/** Tests of the unix-socket floor, over real sockets. */
@NullMarked
package dev.kekkai.uds;

import org.jspecify.annotations.NullMarked;
