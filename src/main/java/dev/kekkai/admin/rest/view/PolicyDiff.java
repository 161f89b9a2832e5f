package dev.kekkai.admin.rest.view;

import java.util.List;

/**
 * In what two alternatives of a policy differ, as digests that only one of them has.
 *
 * @param onlyInFrom lines {@code kind PCR digest}
 * @param onlyInTo the same
 */
public record PolicyDiff(String group, String from, String to, List<String> onlyInFrom, List<String> onlyInTo) {}
