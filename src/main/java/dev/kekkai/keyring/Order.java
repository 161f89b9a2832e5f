package dev.kekkai.keyring;

import dev.kekkai.id.TenantId;

/**
 * Whose keyring is to be changed, by whom, and whether it is to be changed at all.
 *
 * @param dryRun that nothing is to be changed and nothing recorded, only said
 */
public record Order(TenantId tenant, Operator operator, boolean dryRun) {}
