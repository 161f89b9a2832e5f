/** Finds out of the lines of an audit trail, and of what the HSM signed of it, whether it is whole. Pure: reads no file and asks nobody. */
@NullMarked
package dev.kekkai.audit.verify;

import org.jspecify.annotations.NullMarked;
