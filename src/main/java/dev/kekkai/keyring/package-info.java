/**
 * KEK versions, their states, the {@code key_id} they are known by, and the wrapping and unwrapping of DEKs under them.
 *
 * <p>Readers see one immutable {@link dev.kekkai.keyring.Snapshot} at a time. A keyring is opened by
 * {@link dev.kekkai.keyring.KeyringOpener}, which refuses one whose keys are missing, unsafe or not the ones it remembers.
 */
@NullMarked
package dev.kekkai.keyring;

import org.jspecify.annotations.NullMarked;
