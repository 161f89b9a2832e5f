package dev.kekkai.admin.rest.view;

import org.jspecify.annotations.Nullable;

/**
 * A decision on what somebody asked for.
 *
 * @param reason for the record, at most 1,000 bytes
 */
public record DecisionOrder(@Nullable String reason) {}
