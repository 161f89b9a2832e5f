package dev.kekkai.admin.rest.view;

import java.util.List;

/**
 * What became of a change.
 *
 * @param changed false after a dry run, and where all had been done before
 * @param said a sentence: what was done, or would be, and what comes next
 * @param versions those it concerns, as they are stored now
 */
public record ChangeView(boolean changed, String said, List<VersionView> versions) {}
