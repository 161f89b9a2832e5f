package dev.kekkai.authority;

import dev.kekkai.custody.Signer;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.UntrustedStoreException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A whole store as one signed value: the chain, from which all else follows, and what does not follow from it. Nothing in it is secret.
 *
 * <p>The signature is of {@code LP("kekkai/store-export/1") | time u64 | chain 16 | serial u64 | hash 32 | count u64 | tenants | count u64 | uses}, where a
 * tenant is its UUID and LP(name), a use is a version id and a u64, and both are in the order of their UUID's or id's hexadecimal text.
 *
 * @param at when it was made, to the millisecond
 * @param tenants with their names
 * @param uses how many uses of each version were reserved by then
 * @param signature by the key that signs the chain
 */
public record StoreExport(
        Instant at,
        Map<TenantId, String> tenants,
        Map<VersionId, Long> uses,
        List<ChainEntry> chain,
        SignedHead head,
        byte[] signature) {
    private static final String DOMAIN = "kekkai/store-export/1";

    public StoreExport {
        tenants = Map.copyOf(tenants);
        uses = Map.copyOf(uses);
        chain = List.copyOf(chain);
    }

    /** Makes one of a content that was proved. */
    static StoreExport of(StoreContent content, ChainNotary.Proof proof, Instant at, Signer signer)
            throws StoreException {
        Map<VersionId, Long> uses = new TreeMap<>(Comparator.comparing(VersionId::toString));
        for (StoredKeyring keyring : proof.keyrings()) {
            keyring.versions().forEach(version -> uses.put(version.kek().version(), version.usesReserved()));
        }
        Instant millis = Instant.ofEpochMilli(at.toEpochMilli());
        SignedHead head = content.head().orElseThrow();
        byte[] signature = Signatures.sign(signer, signed(millis, proof.chain(), content.tenants(), uses));
        return new StoreExport(millis, content.tenants(), uses, content.chain(), head, signature);
    }

    /**
     * The content that it describes.
     *
     * @throws UntrustedStoreException if chain or signature are not the HSM's
     */
    StoreContent verified(Signer signer) throws UntrustedStoreException {
        StoreContent chained = new StoreContent(tenants, List.of(), List.of(), chain, Optional.of(head));
        Chain verified = Chain.verify(chained, signer);
        if (!Signatures.verifies(signer, signed(at, verified, tenants, uses), signature)) {
            throw new UntrustedStoreException(
                    "the export was not signed as it is by the key '" + SigningKey.LABEL
                            + "' of this token: its tenants, uses or time were changed, or it is from another HSM. Nothing was imported");
        }
        List<StoredKeyring> keyrings = verified.replay().values().stream()
                .map(keyring -> new StoredKeyring(
                        keyring.tenant(),
                        keyring.lineage(),
                        keyring.epochFloor(),
                        keyring.versions().stream()
                                .map(version -> Rows.withUses(
                                        version, uses.getOrDefault(version.kek().version(), 0L)))
                                .toList(),
                        keyring.learnedKeyIds()))
                .toList();
        return chained.with(keyrings, chain, head);
    }

    private static byte[] signed(Instant at, Chain chain, Map<TenantId, String> tenants, Map<VersionId, Long> uses) {
        Canonical out = new Canonical()
                .prefixed(DOMAIN)
                .time(at)
                .uuid(chain.id())
                .u64(chain.head().serial())
                .fixed(chain.head().hash())
                .u64(tenants.size());
        Map<TenantId, String> sorted = new TreeMap<>(Comparator.comparing(TenantId::toString));
        sorted.putAll(tenants);
        sorted.forEach((tenant, name) -> out.uuid(tenant.value()).prefixed(name.getBytes(StandardCharsets.UTF_8)));
        out.u64(uses.size());
        Map<VersionId, Long> ordered = new TreeMap<>(Comparator.comparing(VersionId::toString));
        ordered.putAll(uses);
        ordered.forEach((version, total) -> out.fixed(version.bytes()).u64(total));
        return out.bytes();
    }
}
