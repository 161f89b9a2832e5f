/**
 * The commands of TPM 2.0 (Library Part 3), a method each, over {@link dev.kekkai.tpm.command.Tpm}. The last argument is always the
 * authorisations: one for each handle that needs one, in the order of the handles, then sessions that encrypt or audit; what is missing is
 * an empty password. Objects and sessions are closed by who gets them, and closing flushes them.
 */
@NullMarked
package dev.kekkai.tpm.command;

import org.jspecify.annotations.NullMarked;
