package dev.kekkai.store;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import java.time.Instant;

/** One thing that was said about what needs the word of several. What may be carried out follows from these in their order. */
public sealed interface ApprovalEvent {
    /** From now on an action needs this. */
    record Ruled(String action, ApprovalRule rule) implements ApprovalEvent {}

    /**
     * Somebody asks for something.
     *
     * @param action what is to be done: {@link ApprovalRule#DESTROY}
     * @param subject what it is to be done to: a version id, 32 hex digits
     * @param state hex of SHA-256 of all that matters of the subject as the requester saw it; in another state this request is worth nothing
     * @param parameters what is said besides; of a destruction the requester's word on backups
     * @param required how many others must approve
     */
    record Requested(
            ApprovalId approval,
            TenantId tenant,
            String action,
            String subject,
            String state,
            String parameters,
            Person requester,
            String reason,
            int required,
            Instant expires)
            implements ApprovalEvent {}

    /** Somebody approves or rejects. */
    record Decided(ApprovalId approval, boolean approves, Person person, String reason) implements ApprovalEvent {}

    /** What was approved is carried out: the next entry of the chain is that, and nothing else. */
    record Used(ApprovalId approval) implements ApprovalEvent {}
}
