package dev.kekkai.admin.rest.view;

/**
 * How a node's AK is to be pinned anew.
 *
 * @param countersAnew that its boot counters may begin anew too, as after {@code TPM2_Clear}
 */
public record RebaselineOrder(boolean countersAnew) {}
