/** Ways to a TPM: the kernel's {@code /dev/tpmrm0}, and sockets that take raw commands (swtpm). Each call has a deadline. */
@NullMarked
package dev.kekkai.tpm.transport;

import org.jspecify.annotations.NullMarked;
