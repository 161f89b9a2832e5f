package dev.kekkai.admin.rest.view;

import java.util.List;

/**
 * The first screen of a tenant's nodes in one call, from memory.
 *
 * @param refused enrolled nodes that were not let in by their last verdict, latest first; the first 50
 * @param claims machines that wait for approval, longest first; the first 50
 */
public record FleetScreen(TenantView tenant, List<NodeView> refused, List<ClaimView> claims) {}
