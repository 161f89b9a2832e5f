/** The port that the edges call: status, wrap, unwrap. {@code keyring} answers it locally, an agent from afar. */
@NullMarked
package dev.kekkai.dek;

import org.jspecify.annotations.NullMarked;
