/**
 * Structures of TPM 2.0 (Library Part 2) as values: parsed strictly from raw bytes, marshalled back to the same bytes. Pure: no I/O, no
 * clock, no randomness. Numbers are big-endian; offsets in errors count from the first byte of what was handed in.
 */
@NullMarked
package dev.kekkai.tpm.structure;

import org.jspecify.annotations.NullMarked;
