package dev.kekkai.batching;

import dev.kekkai.custody.Kek;
import dev.kekkai.dek.Deadline;
import dev.kekkai.secret.Secret;

/**
 * A DEK to be wrapped by a version that was chosen and may be used.
 *
 * @param dek lent until the answer is there, or until the answer is cancelled
 * @param deadline after which no work is to be begun for it
 * @param use asked once for each operation; all orders of a version give the same
 */
public record WrapOrder(Kek kek, Secret dek, Deadline deadline, Use use) {}
