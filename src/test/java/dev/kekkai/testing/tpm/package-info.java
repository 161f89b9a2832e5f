/** A real TPM 2.0 in software, swtpm, one for each test that wants one. */
@NullMarked
package dev.kekkai.testing.tpm;

import org.jspecify.annotations.NullMarked;
