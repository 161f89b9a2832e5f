/**
 * TPM 2.0, spoken directly: what a control-plane node proves itself with, and what may keep a KEK.
 *
 * <p>From the ground up: {@code structure} reads and writes the TPM's structures (Part 2) and does no I/O; {@code crypto} has the key
 * derivations and secret exchanges of Part 1; {@code transport} carries one command and one response; {@code session} authorises and
 * encrypts; {@code command} has one method for each TPM command (Part 3) over {@link dev.kekkai.tpm.command.Tpm}, which runs them. Names
 * are those of the TCG's "Trusted Platform Module Library", revision 1.59. Everything is a number, an array or a record: no reflection.
 *
 * <p>The TPM is not trusted to be well-formed, and the wires to it are not trusted at all: sizes are checked before anything is copied,
 * and a response under a session counts only after its HMAC was verified.
 */
@NullMarked
package dev.kekkai.tpm;

import org.jspecify.annotations.NullMarked;
