package dev.kekkai.fleet;

import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.fleet.policy.PolicyText;
import dev.kekkai.store.StoredFleet.PolicyPuts;
import dev.kekkai.store.StoredFleet.Replaced;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * How a policy came to be what it is, as the authority chain has it: so every gateway says the same of it, however long it has run.
 *
 * @param digest hex of SHA-256 of the document in force
 * @param since when it was put
 * @param before what was in force before it, the latest first
 */
public record PolicyAge(String digest, Instant since, List<Replaced> before) {
    public PolicyAge {
        before = List.copyOf(before);
    }

    static PolicyAge of(PolicyPuts puts) {
        return new PolicyAge(puts.digest(), puts.since(), puts.before());
    }

    /** Of a policy that is the first of its group. */
    public static PolicyAge first(Policy policy, Instant since) {
        return new PolicyAge(digest(policy), since, List.of());
    }

    /** When a document was replaced the last time; empty if it is not known to have been in force. */
    public Optional<Instant> replaced(String document) {
        return before.stream()
                .filter(each -> each.digest().equals(document))
                .map(Replaced::at)
                .findFirst();
    }

    /** By what a policy is known: hex of SHA-256 of its canonical bytes. */
    public static String digest(Policy policy) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(PolicyText.canonical(policy)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
