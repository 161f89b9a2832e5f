/** What Jazzer throws bytes at: each parser of what comes from a node, or lies in the folder of CAs. */
@NullMarked
package dev.kekkai.attestation.fuzz;

import org.jspecify.annotations.NullMarked;
