package dev.kekkai.audit;

import java.util.Optional;

/**
 * What a trail held when it was opened, from a record on.
 *
 * @param hash of that record, if it is there and its bytes have it
 * @param removals how many records after it say that full files were removed
 */
public record LookBack(Optional<String> hash, long removals) {}
