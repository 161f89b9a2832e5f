/**
 * Kekkai as its users meet it: an installation in a folder, commands with exit codes, a server with a pid, a token of its own, clients on
 * its socket. Everything runs as {@code bin/kekkai}, so {@code package} comes first.
 *
 * <pre>{@code
 * Installation kekkai = Installation.in(folder);       // SoftHSM token, PIN file, configuration
 * kekkai.run("key", "create").succeeded();
 * try (KekkaiProcess server = kekkai.serve(); KmsClient client = server.client()) {
 *     client.wrap(dek);
 * }
 * }</pre>
 */
@NullMarked
package dev.kekkai.testing.process;

import org.jspecify.annotations.NullMarked;
