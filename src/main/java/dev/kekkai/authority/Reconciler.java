package dev.kekkai.authority;

import dev.kekkai.authority.Statement.ApprovalChanged;
import dev.kekkai.authority.Statement.Begun;
import dev.kekkai.authority.Statement.Changed;
import dev.kekkai.authority.Statement.FleetChanged;
import dev.kekkai.authority.Statement.Reconciled;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.KeyringEvent.Activated;
import dev.kekkai.store.KeyringEvent.Created;
import dev.kekkai.store.KeyringEvent.KeyIdLearned;
import dev.kekkai.store.KeyringEvent.Registered;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreContents;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Brings a store into order that is behind, was written to by others, or is from before there was a chain. */
public final class Reconciler {
    private final StoreContents store;
    private final ChainNotary notary;

    public Reconciler(StoreContents store, ChainNotary notary) {
        this.store = store;
        this.notary = notary;
    }

    /**
     * What is to be done.
     *
     * @param problem what is wrong with the store, for a person; empty if nothing is
     * @param renewalDue whether it was reconciled and no new version has been activated since
     */
    public record Finding(Optional<String> problem, boolean renewalDue) {}

    /**
     * Looks and changes nothing.
     *
     * @throws UntrustedStoreException if the chain itself is not proved, or all of it is gone: nothing here helps then
     */
    public Finding look(TenantId tenant) throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        StoreContent content = store.read();
        if (content.isEmpty()) {
            if (seen.isPresent()) {
                throw ChainNotary.emptied(seen);
            }
            return new Finding(Optional.empty(), false);
        }
        Chain chain = notary.chain(content, seen);
        Map<TenantId, StoredKeyring> proved = chain.replay();
        Optional<String> problem = ChainNotary.difference(content, proved).or(() -> Standing.behind(chain, seen));
        return new Finding(problem, proved.containsKey(tenant) && renewalDue(chain, tenant));
    }

    /**
     * Before anything is done that a store could not take in afterwards, such as generating a key.
     *
     * @throws UntrustedStoreException if the store is not believed, or is behind
     */
    public void requireCurrent() throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        StoreContent content = store.read();
        if (!content.isEmpty()) {
            Optional<String> behind = notary.proof(content, seen).behind();
            if (behind.isPresent()) {
                throw new UntrustedStoreException(behind.get());
            }
        }
    }

    private static boolean renewalDue(Chain chain, TenantId tenant) {
        boolean due = false;
        for (Entry entry : chain.entries()) {
            due = switch (entry.statement()) {
                case Reconciled ignored -> true;
                case Changed(TenantId of, KeyringEvent event) ->
                    due && !(of.equals(tenant) && event instanceof Activated);
                case Begun ignored -> due;
                case FleetChanged ignored -> due;
                case ApprovalChanged ignored -> due;
            };
        }
        return due;
    }

    /** Writes the rows as they follow from the chain, and makes this chain the current one. Changes nothing if nothing is wrong. */
    public void reconcile() throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        List<SeenHead> reached = new ArrayList<>();
        store.replace(before -> {
            Chain chain = notary.chain(before, seen);
            Map<TenantId, StoredKeyring> proved = chain.replay();
            Optional<SeenHead> givenUp = seen.filter(it -> !chain.reaches(it));
            if (givenUp.isEmpty() && ChainNotary.difference(before, proved).isEmpty()) {
                return Optional.empty();
            }
            Draft draft = Draft.after(chain, notary.clock());
            draft.add(new Reconciled(givenUp), givenUp.map(SeenHead::serial).orElse(0L));
            reached.add(draft.head());
            return Optional.of(signed(before, Rows.withUses(proved, before.keyrings()), before.chain(), draft));
        });
        for (SeenHead head : reached) {
            notary.committed(head);
        }
    }

    /** What a store holds that is from before there was a chain, for a person; empty if it has one, or holds nothing. */
    public Optional<String> unchained() throws StoreException {
        StoreContent content = store.read();
        return unchained(content)
                ? Optional.of(content.keyrings().stream()
                        .map(keyring -> "keyring " + keyring.lineage() + " with "
                                + keyring.versions().size() + " key version(s)")
                        .collect(Collectors.joining(", ")))
                : Optional.empty();
    }

    /**
     * Begins the chain of a store that is from before there was one, with the rows as they are.
     *
     * @param operatorsWord that it is that, although the token has signed a chain before; without it this happens once in the life of a token, and
     *     with it not on a host that has seen a chain of this store
     */
    public void takeOver(boolean operatorsWord) throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        List<SeenHead> reached = new ArrayList<>();
        store.replace(before -> {
            if (!unchained(before)) {
                return Optional.empty();
            }
            if (seen.isPresent() || (!operatorsWord && notary.existing().isPresent())) {
                throw notary.unchained(seen);
            }
            if (!before.damage().isEmpty()) {
                throw new UntrustedStoreException(
                        "the store cannot be taken over: " + before.damage().getFirst() + ". Restore it from a backup");
            }
            Draft draft = Draft.beginning(Optional.empty(), notary.clock());
            before.keyrings().forEach(keyring -> describe(keyring, draft));
            notary.generated();
            reached.add(draft.head());
            return Optional.of(signed(before, before.keyrings(), List.of(), draft));
        });
        for (SeenHead head : reached) {
            notary.committed(head);
        }
    }

    private static boolean unchained(StoreContent content) {
        return content.chain().isEmpty() && content.head().isEmpty() && !content.isEmpty();
    }

    static void describe(StoredKeyring keyring, Draft draft) {
        draft.add(new Changed(keyring.tenant(), new Created(keyring.lineage(), keyring.epochFloor())));
        for (StoredVersion version : keyring.versions()) {
            draft.add(new Changed(keyring.tenant(), new Registered(version)));
        }
        keyring.learnedKeyIds()
                .forEach(
                        (keyId, version) -> draft.add(new Changed(keyring.tenant(), new KeyIdLearned(version, keyId))));
    }

    private StoreContent signed(StoreContent before, List<StoredKeyring> keyrings, List<ChainEntry> chain, Draft draft)
            throws StoreException {
        List<ChainEntry> all = new ArrayList<>(chain);
        all.addAll(draft.added());
        return before.with(keyrings, all, Chain.sign(draft.head(), notary.signer()));
    }
}
