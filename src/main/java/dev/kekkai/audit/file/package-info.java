/** The audit trail as a file of JSON lines. */
@NullMarked
package dev.kekkai.audit.file;

import org.jspecify.annotations.NullMarked;
