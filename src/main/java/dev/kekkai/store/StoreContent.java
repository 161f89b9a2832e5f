package dev.kekkai.store;

import dev.kekkai.id.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a store holds, read at one moment and not believed yet.
 *
 * @param tenants with their names, which are for display
 * @param keyrings as their rows say
 * @param damage what could not be read as rows at all, for a person; empty if everything could
 * @param chain the authority chain by serial
 * @param head what vouches for it, unless there is none
 */
public record StoreContent(
        Map<TenantId, String> tenants,
        List<StoredKeyring> keyrings,
        List<String> damage,
        List<ChainEntry> chain,
        Optional<SignedHead> head) {
    public StoreContent {
        tenants = Map.copyOf(tenants);
        keyrings = List.copyOf(keyrings);
        damage = List.copyOf(damage);
        chain = List.copyOf(chain);
    }

    /** Whether nothing was ever stored: no keyring, and no chain. */
    public boolean isEmpty() {
        return keyrings.isEmpty() && damage.isEmpty() && chain.isEmpty() && head.isEmpty();
    }

    /** The same with other keyrings and another chain. */
    public StoreContent with(List<StoredKeyring> others, List<ChainEntry> otherChain, SignedHead otherHead) {
        return new StoreContent(tenants, others, List.of(), otherChain, Optional.of(otherHead));
    }
}
