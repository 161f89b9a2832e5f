package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a change.
 *
 * @param changed false after a dry run, and where all had been done before
 * @param said a sentence: what was done, or would be, and what comes next
 * @param versions those it concerns, as they are stored now
 * @param approval id of the request for approval that it led to, or is about
 */
public record ChangeView(
        boolean changed,
        String said,
        List<VersionView> versions,
        @Nullable String approval) {
    /** One that needs nobody's approval. */
    public ChangeView(boolean changed, String said, List<VersionView> versions) {
        this(changed, said, versions, null);
    }
}
