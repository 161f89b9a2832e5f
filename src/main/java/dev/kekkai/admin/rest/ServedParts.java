package dev.kekkai.admin.rest;

import dev.kekkai.admin.ServerFacts;
import dev.kekkai.approval.Approvals;
import dev.kekkai.audit.AuditSearch;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.Keyring;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a running server has that the API is about.
 *
 * @param keyring that of the default tenant
 * @param keyrings those of all tenants that are served now, the default one among them; goes on being so
 * @param keys makes every change, one at a time
 * @param mechanism for new KEKs, by the HSM's profile
 * @param custody how the way to the token does
 * @param storeBehind why the store is not the latest that this host knows of, or empty
 * @param fleet empty where no nodes are served
 * @param approvals has destructions approved
 */
public record ServedParts(
        ServerFacts facts,
        Keyring keyring,
        Map<TenantId, Keyring> keyrings,
        KeyAdministration keys,
        Mechanism mechanism,
        Supplier<CustodyState> custody,
        Supplier<String> storeBehind,
        AuditTrail audit,
        AuditSearch search,
        Optional<ServedFleet> fleet,
        Approvals approvals) {
    /** What is wrong with the store, or empty. */
    String storeProblem() {
        return Stream.of(keyring.storeProblem(), storeBehind.get())
                .filter(problem -> !problem.isEmpty())
                .distinct()
                .collect(Collectors.joining("; "));
    }
}
