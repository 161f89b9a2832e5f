package dev.kekkai.store;

/**
 * What an action needs before it is carried out.
 *
 * @param required how many others must approve, from 1 to {@link #MOST}
 * @param hostAlone that it can also be done on the host, on the word of whoever may work there
 */
public record ApprovalRule(int required, boolean hostAlone) {
    /** The most approvals that can be asked for. */
    public static final int MOST = 9;

    /** The one action that takes an approval. */
    public static final String DESTROY = "key.destroy";

    /** Where none was ever declared: nothing but the host can do it. */
    public static final ApprovalRule HOSTS_OWN = new ApprovalRule(1, true);

    /** What satisfies both. */
    public ApprovalRule and(ApprovalRule other) {
        return new ApprovalRule(Math.max(required, other.required), hostAlone && other.hostAlone);
    }

    /** Whether this one lets pass something that the other does not. */
    public boolean laxerThan(ApprovalRule other) {
        return !and(other).equals(this);
    }
}
