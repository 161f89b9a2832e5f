package dev.kekkai.admin.rest.view;

import java.util.List;

/**
 * What became of a change of nodes or policies.
 *
 * @param changed false after a dry run, and where all had been done before
 * @param said sentences: what was done, or would be, and what comes next
 * @param nodes those it concerns, as they are now, or would be
 */
public record FleetChangeView(boolean changed, List<String> said, List<NodeView> nodes) {}
