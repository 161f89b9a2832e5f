package dev.kekkai.approval;

import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.StoredApprovals;
import java.time.Duration;

/**
 * What this host asks for before a key is destroyed.
 *
 * @param expireAfter how long a request waits at most
 */
public record Terms(ApprovalRule rule, Duration expireAfter) {
    /** What holds here: this host's rule and the one that was declared, whichever is stricter in each point. */
    ApprovalRule with(StoredApprovals declared) {
        return declared.rule(ApprovalRule.DESTROY).map(rule::and).orElse(rule);
    }

    static String words(ApprovalRule rule) {
        return rule.required() + " other(s) must approve"
                + (rule.hostAlone() ? ", but not what is done on the host" : "");
    }
}
