/**
 * The command line. Plain picocli, built by code rather than by annotations, so that nothing is reflected on; no command but
 * {@code serve} boots a container. What changes a running server goes over its admin socket; where none runs, the command works on the files.
 */
@NullMarked
package dev.kekkai.cli;

import org.jspecify.annotations.NullMarked;
