package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests for approval, newest first, at one serial of the authority chain; {@code next} is the cursor of the next page, if there is one. */
public record ApprovalPage(
        long serial, List<ApprovalView> approvals, @Nullable String next) {}
