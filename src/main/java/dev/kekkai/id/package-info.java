/** Names of things that outlive a process: tenant, lineage, KEK version, {@code key_id}. Values only, no I/O. */
@NullMarked
package dev.kekkai.id;

import org.jspecify.annotations.NullMarked;
