package dev.kekkai.fleet;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.audit.AuditException;
import dev.kekkai.fleet.policy.PolicyDocument;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * Changes of policies: each puts the whole document, made from the one that is in force in the same transaction. Nothing is signed that could not be
 * read back, since a group whose policy cannot be read lets nobody in.
 */
record PolicyChanges(Decision decisions) {
    /** What becomes of the policy that is met, which may be none. */
    interface Edit {
        Policy of(Met met) throws FleetException;
    }

    /** The document in force. It is read by whoever needs it: one that cannot be read any more can still be replaced whole. */
    record Met(String group, Optional<byte[]> document) {
        Optional<Policy> policy() throws FleetException {
            return document.isPresent()
                    ? Optional.of(PolicyDocument.read("the policy in force", document.get()))
                    : Optional.empty();
        }

        Policy required() throws FleetException {
            return policy().orElseThrow(() -> new FleetException(
                    "group '" + group + "' has no policy: 'kekkai policy list' shows those that have"));
        }
    }

    FleetChange put(Order order, String group, String what, Edit edit)
            throws FleetException, StoreException, AuditException {
        EnrollRequest.checkName("group", group);
        boolean[] changed = new boolean[1];
        Lean[] result = new Lean[1];
        Decision.Words words = new Decision.Words(
                group + ": " + what,
                () -> List.of(group + ": " + what + ", SHA-256 of the document "
                        + Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(result[0].canonical()))
                                .hex()));
        decisions.decide(order, "policy.put", words, before -> {
            Optional<byte[]> document =
                    Optional.ofNullable(before.policies().get(new StoredFleet.Group(order.tenant(), group)));
            result[0] = Lean.of(edit.of(new Met(group, document)));
            byte[] canonical = result[0].readable(group);
            changed[0] = document.filter(old -> Arrays.equals(old, canonical)).isEmpty();
            return changed[0] ? List.of(new FleetEvent.PolicyPut(group, canonical)) : List.of();
        });
        List<String> said = new ArrayList<>();
        said.add("the policy of group '" + group + "' "
                + (changed[0] ? FleetAdministration.outcome(order, "changed") + ": " + what : "says that already"));
        if (!result[0].dropped().isEmpty()) {
            said.add("note: RETIRED alternatives that accept nobody " + (order.dryRun() ? "would be" : "were")
                    + " dropped, to keep the document small: '" + String.join("', '", result[0].dropped()) + "'");
        }
        result[0].policy().weaknesses().forEach(weakness -> said.add("note: " + weakness));
        if (result[0].policy().auditOnly()) {
            said.add("note: it is audit-only: what its alternatives refuse is reported and let pass");
        }
        return new FleetChange(changed[0] && !order.dryRun(), said, List.of());
    }

    FleetChange add(Order order, String group, Alternative alternative)
            throws FleetException, StoreException, AuditException {
        return put(order, group, "add '" + alternative.name() + "'", met -> {
            Policy policy = met.policy()
                    .orElse(new Policy(
                            alternative
                                    .rules()
                                    .getFirst()
                                    .digests()
                                    .iterator()
                                    .next()
                                    .bank(),
                            TrustClass.VOUCHED,
                            OptionalLong.empty(),
                            false,
                            List.of()));
            List<Alternative> all = new ArrayList<>(policy.alternatives());
            if (!all.contains(alternative)) {
                all.add(alternative);
            }
            return with(policy, policy.auditOnly(), all);
        });
    }

    FleetChange move(Order order, String group, String name, String verb, UnaryOperator<Alternative> step)
            throws FleetException, StoreException, AuditException {
        return put(order, group, verb + " '" + name + "'", met -> {
            Policy policy = met.required();
            List<Alternative> all = new ArrayList<>(policy.alternatives());
            for (int index = 0; index < all.size(); index++) {
                if (all.get(index).name().equals(name)) {
                    try {
                        Alternative moved = step.apply(all.remove(index));
                        all.add(moved.state() == Alternative.State.RETIRED ? all.size() : index, moved);
                    } catch (IllegalStateException e) {
                        throw new FleetException(String.valueOf(e.getMessage()), e);
                    }
                    return with(policy, policy.auditOnly(), all);
                }
            }
            throw new FleetException("the policy of group '" + group + "' has no alternative '" + name
                    + "': 'kekkai policy show " + group + "' lists them");
        });
    }

    FleetChange auditOnly(Order order, String group, boolean on) throws FleetException, StoreException, AuditException {
        return put(order, group, on ? "audit-only" : "enforced", met -> {
            Policy policy = met.required();
            return with(policy, on, policy.alternatives());
        });
    }

    private static Policy with(Policy policy, boolean auditOnly, List<Alternative> alternatives) throws FleetException {
        try {
            return new Policy(policy.bank(), policy.atLeast(), policy.firmwareFloor(), auditOnly, alternatives);
        } catch (IllegalArgumentException e) {
            throw new FleetException(String.valueOf(e.getMessage()), e);
        }
    }
}
