package dev.kekkai.authority;

import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreContents;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import java.util.Optional;

/** Moves a whole store: out of a database as a signed value, and into another one. */
public final class Mover {
    private final StoreContents store;
    private final ChainNotary notary;

    public Mover(StoreContents store, ChainNotary notary) {
        this.store = store;
        this.notary = notary;
    }

    /**
     * The store as a signed value.
     *
     * @throws UntrustedStoreException if it is not believed, or is behind: what is exported is the truth later
     */
    public StoreExport export() throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        StoreContent content = store.read();
        if (content.isEmpty()) {
            throw new StoreException("the store is empty: there is nothing to export");
        }
        ChainNotary.Proof proof = notary.proof(content, seen);
        if (proof.behind().isPresent()) {
            throw new UntrustedStoreException(proof.behind().get());
        }
        return StoreExport.of(content, proof, notary.clock().instant(), notary.signer());
    }

    /**
     * What became, or would become, of an import.
     *
     * @param serial of the chain's last entry
     * @param versions how many key versions
     * @param replaced how many key versions were there before
     * @param behind why this host has seen a later store than this one, if it has: it is read-only until it is reconciled
     */
    public record Imported(long serial, int versions, int replaced, Optional<String> behind) {}

    /**
     * Verifies an export and puts it in the place of what is there.
     *
     * @param replace that something may be there
     * @param dryRun that nothing is to be changed
     * @throws UntrustedStoreException if it is not the HSM's
     */
    public Imported restore(StoreExport export, boolean replace, boolean dryRun) throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        StoreContent content = export.verified(notary.signer());
        Chain chain = notary.chain(content, seen);
        Imported[] result = new Imported[1];
        store.replace(before -> {
            if (!before.isEmpty() && !replace) {
                throw new StoreException("the store is not empty: it has " + versions(before)
                        + " key version(s) and an authority chain of "
                        + before.chain().size()
                        + " entries. Import into an empty one, or say --replace to lose what is there");
            }
            result[0] = new Imported(
                    chain.head().serial(), versions(content), versions(before), Standing.behind(chain, seen));
            return dryRun ? Optional.empty() : Optional.of(content);
        });
        if (!dryRun && result[0].behind().isEmpty()) {
            notary.committed(chain.head());
        }
        return result[0];
    }

    private static int versions(StoreContent content) {
        return content.keyrings().stream()
                .mapToInt(keyring -> keyring.versions().size())
                .sum();
    }
}
