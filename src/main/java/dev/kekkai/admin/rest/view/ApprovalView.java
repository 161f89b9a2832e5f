package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asked for, and who approved it.
 *
 * @param action key.destroy
 * @param version number of the key version that it is about
 * @param status OPEN, APPROVED (by enough, and not carried out yet), USED (carried out, or begun), REJECTED, WITHDRAWN, EXPIRED, OVERTAKEN (what it is
 *     about has changed since)
 * @param needed how many others than the requester must approve
 * @param used when it was carried out
 */
public record ApprovalView(
        String id,
        String tenant,
        String action,
        int version,
        String versionId,
        String status,
        PersonView requester,
        String reason,
        int needed,
        String requested,
        String expires,
        @Nullable String used,
        List<DecisionView> decisions) {
    /** Somebody: by id they are told from others, by name people know them. */
    public record PersonView(String id, String name) {}

    /** What somebody said to it. */
    public record DecisionView(boolean approves, PersonView person, String reason, String at) {}
}
