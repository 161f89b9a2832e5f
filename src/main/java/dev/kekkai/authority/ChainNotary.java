package dev.kekkai.authority;

import dev.kekkai.authority.Statement.ApprovalChanged;
import dev.kekkai.authority.Statement.Changed;
import dev.kekkai.authority.Statement.FleetChanged;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.ApprovalEvent.Used;
import dev.kekkai.store.ApprovalStore;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.Notary;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.UntrustedStoreException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Believes of a store what follows from the chain that the HSM signed, and signs what is added to it. */
public final class ChainNotary implements Notary {
    private static final Logger LOG = Logger.getLogger(ChainNotary.class);

    private final SigningKey key;
    private final Memory memory;
    private final InstantSource clock;
    private final AtomicReference<String> told = new AtomicReference<>("");
    private volatile @Nullable Signer signer;

    public ChainNotary(SigningKey key, Memory memory, InstantSource clock) {
        this.key = key;
        this.memory = memory;
        this.clock = clock;
    }

    /**
     * What is proved of a store.
     *
     * @param keyrings what follows from the chain, with the uses of the rows
     * @param behind why the chain is not the latest that this host knows of, if it is not
     */
    record Proof(Chain chain, List<StoredKeyring> keyrings, Optional<String> behind) {}

    @Override
    public Optional<SeenHead> seen() throws StoreException {
        return memory.head();
    }

    @Override
    public List<StoredKeyring> prove(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        return content.isEmpty() ? List.of() : proved(content, seen).keyrings();
    }

    @Override
    public List<StoredKeyring> proveLatest(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        if (content.isEmpty()) {
            return List.of();
        }
        Proof proof = proved(content, seen);
        if (proof.behind().isPresent()) {
            throw new UntrustedStoreException(proof.behind().get());
        }
        return proof.keyrings();
    }

    /** Proves the content, says once if it is behind, and remembers it if it is not. */
    private Proof proved(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        Proof proof = proof(content, seen);
        String behind = proof.behind().orElse("");
        if (!told.getAndSet(behind).equals(behind) && !behind.isEmpty()) {
            LOG.error(behind);
        }
        if (behind.isEmpty()) {
            remember(proof.chain());
        }
        return proof;
    }

    /** Why the store that was read last is not the latest that this host knows of, or empty. */
    public String behind() {
        return told.get();
    }

    Proof proof(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        Chain chain = chain(content, seen);
        Map<TenantId, StoredKeyring> proved = chain.replay();
        Optional<String> different = difference(content, proved);
        if (different.isPresent()) {
            throw new UntrustedStoreException(
                    "the rows of the store are not what its signed authority chain says: "
                            + different.get()
                            + ". Somebody or something other than Kekkai wrote to the database; 'kekkai store reconcile' brings the rows back");
        }
        return new Proof(chain, Rows.withUses(proved, content.keyrings()), Standing.behind(chain, seen));
    }

    static Optional<String> difference(StoreContent content, Map<TenantId, StoredKeyring> proved) {
        return content.damage().isEmpty()
                ? Rows.difference(proved, content.keyrings())
                : Optional.of(content.damage().getFirst());
    }

    /** The chain of a store that is not empty, verified. */
    Chain chain(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        if (content.chain().isEmpty() && content.head().isEmpty()) {
            throw unchained(seen);
        }
        return Chain.verify(content, signer());
    }

    UntrustedStoreException unchained(Optional<SeenHead> seen) throws StoreException {
        if (seen.isPresent()) {
            return Chain.broken("the authority chain was removed from the store: this host has seen it up to serial "
                    + seen.get().serial());
        }
        return existing().isPresent()
                ? new UntrustedStoreException(
                        "the store has key versions and no authority chain, and the token has the key '"
                                + SigningKey.LABEL
                                + "' that signs chains: the chain was removed, or this database is from before Kekkai kept one and another"
                                + " installation uses the same token. In the second case 'kekkai store reconcile --take-over' begins its chain;"
                                + " else restore it from a backup")
                : new UntrustedStoreException(
                        "the store is from before Kekkai kept an authority chain, and none was begun");
    }

    /** Of a store that has nothing, though there was something. */
    static UntrustedStoreException emptied(Optional<SeenHead> seen) {
        return new UntrustedStoreException("the store is empty, and "
                + seen.map(it -> "this host has seen its authority chain up to serial " + it.serial())
                        .orElse("the token has the key '" + SigningKey.LABEL + "' that signs authority chains")
                + ": the database was emptied or lost. Restore it from a backup, which 'kekkai store reconcile' then makes the current one. Without a"
                + " backup 'kekkai key adopt' rebuilds the keyring, and nodes and policies have to be enrolled anew; if there never was one, begin with"
                + " 'kekkai key create'");
    }

    @Override
    public Optional<Sealed> seal(StoreContent content, Optional<SeenHead> seen, Change change) throws StoreException {
        List<StoredKeyring> proved = List.of();
        Replaying state = new Replaying();
        Draft draft;
        if (content.isEmpty()) {
            draft = Draft.beginning(seen, clock);
        } else {
            Proof proof = proof(content, seen);
            if (proof.behind().isPresent()) {
                throw new UntrustedStoreException(proof.behind().get());
            }
            proved = proof.keyrings();
            state = proof.chain().replaying();
            draft = Draft.after(proof.chain(), clock);
        }
        Optional<StoredKeyring> before = proved.stream()
                .filter(keyring -> keyring.tenant().equals(change.tenant()))
                .findFirst();
        Optional<KeyringEvent> event = change.event(before);
        if (event.isEmpty()) {
            return Optional.empty();
        }
        if (change.approval().isPresent()) {
            state.apply(
                    draft.entry(new ApprovalChanged(new Used(change.approval().get()))));
        }
        Entry entry = draft.entry(new Changed(change.tenant(), event.get()));
        if (!(entry.statement() instanceof Changed(TenantId tenant, KeyringEvent canonical))) {
            throw new IllegalStateException("a change was read as " + entry.statement());
        }
        state.apply(entry);
        StoredKeyring after = Replay.apply(before, tenant, canonical);
        Signer signs = content.isEmpty() ? generated() : signer();
        return Optional.of(new Sealed(before, after, draft.added(), Chain.sign(draft.head(), signs), draft.head()));
    }

    @Override
    public StoredFleet proveFleet(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        if (content.isEmpty()) {
            if (seen.isPresent()) {
                throw emptied(seen);
            }
            return StoredFleet.none();
        }
        Chain chain = current(content, seen);
        remember(chain);
        return chain.replayFleet().fleet(chain.head().serial());
    }

    @Override
    public Optional<SealedFleet> sealFleet(
            StoreContent content, Optional<SeenHead> seen, TenantId tenant, FleetStore.Step step)
            throws StoreException {
        FleetReplay fleet = new FleetReplay();
        Draft draft;
        long serial = 0;
        if (content.isEmpty()) {
            // Nodes come after keys. A chain that began here would give up the lost one, and with it the fleet of every
            // other host.
            if (seen.isPresent() || existing().isPresent()) {
                throw emptied(seen);
            }
            draft = Draft.beginning(Optional.empty(), clock);
        } else {
            Chain chain = current(content, seen);
            fleet = chain.replayFleet();
            draft = Draft.after(chain, clock);
            serial = chain.head().serial();
        }
        List<FleetEvent> events = step.from(fleet.fleet(serial));
        if (events.isEmpty()) {
            return Optional.empty();
        }
        for (FleetEvent event : events) {
            if (!(draft.add(new FleetChanged(tenant, event)) instanceof FleetChanged(TenantId of, FleetEvent read))) {
                throw new IllegalStateException("a change of the fleet was read as something else");
            }
            fleet.apply(of, read, draft.at());
        }
        SeenHead head = draft.head();
        if (!step.goesOn(fleet.fleet(head.serial()))) {
            return Optional.empty();
        }
        Signer signs = content.isEmpty() ? generated() : signer();
        return Optional.of(new SealedFleet(fleet.fleet(head.serial()), draft.added(), Chain.sign(head, signs), head));
    }

    @Override
    public StoredApprovals proveApprovals(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        if (content.isEmpty()) {
            return StoredApprovals.none();
        }
        Chain chain = current(content, seen);
        remember(chain);
        return chain.replaying().approvals(chain.head().serial());
    }

    @Override
    public Optional<SealedApprovals> sealApprovals(
            StoreContent content, Optional<SeenHead> seen, ApprovalStore.Step step) throws StoreException {
        if (content.isEmpty()) {
            throw new StoreException("the store is empty: there is nothing yet that needs an approval");
        }
        Chain chain = current(content, seen);
        Replaying state = chain.replaying();
        Draft draft = Draft.after(chain, clock);
        List<ApprovalEvent> events = step.from(state.approvals(chain.head().serial()));
        if (events.isEmpty()) {
            return Optional.empty();
        }
        for (ApprovalEvent event : events) {
            state.apply(draft.entry(new ApprovalChanged(event)));
        }
        state.end();
        SeenHead head = draft.head();
        StoredApprovals after = state.approvals(head.serial());
        return step.goesOn(after)
                ? Optional.of(new SealedApprovals(after, draft.added(), Chain.sign(head, signer()), head))
                : Optional.empty();
    }

    /** The chain of a store that is believed in all its parts, and is the latest that this host knows of. */
    private Chain current(StoreContent content, Optional<SeenHead> seen) throws StoreException {
        Proof proof = proof(content, seen);
        if (proof.behind().isPresent()) {
            throw new UntrustedStoreException(proof.behind().get());
        }
        return proof.chain();
    }

    /** The signing key, made if the token has none: only where a chain begins. */
    Signer generated() throws StoreException {
        try {
            Signer made = key.generate();
            signer = made;
            return made;
        } catch (CustodyException e) {
            throw Signatures.unsigned(String.valueOf(e.getMessage()), e);
        }
    }

    /** The signing key, asked of the token once: it is the trust anchor, and goes on verifying when the HSM is away. */
    Signer signer() throws StoreException {
        Signer known = signer;
        if (known != null) {
            return known;
        }
        Signer found = existing()
                .orElseThrow(() -> new UntrustedStoreException(
                        "the store has an authority chain, and this token does not have the key '" + SigningKey.LABEL
                                + "' that signed it: connect the token that the store was kept with, or restore the key from the HSM's"
                                + " backup. If it is lost, move the database away and run 'kekkai key adopt'"));
        signer = found;
        return found;
    }

    Optional<Signer> existing() throws StoreException {
        try {
            return key.existing();
        } catch (CustodyException e) {
            throw new StoreException(
                    "the HSM does not give the public key of the authority chain: " + e.getMessage(), e);
        }
    }

    private synchronized void remember(Chain chain) throws StoreException {
        Optional<SeenHead> known = memory.head();
        SeenHead head = chain.head();
        // Another thread may have seen a later one meanwhile, which this chain does not reach.
        if (known.isEmpty()
                || (chain.reaches(known.get()) && known.get().serial() < head.serial())
                || (chain.reaches(known.get()) && !known.get().chain().equals(head.chain()))) {
            memory.remember(head);
        }
    }

    @Override
    public synchronized void committed(SeenHead head) throws StoreException {
        Optional<SeenHead> known = memory.head();
        if (known.isEmpty()
                || !known.get().chain().equals(head.chain())
                || known.get().serial() < head.serial()) {
            memory.remember(head);
        }
    }

    @Override
    public long usesSeen(VersionId version) throws StoreException {
        return memory.uses(version);
    }

    @Override
    public void usesReserved(VersionId version, long total) throws StoreException {
        memory.rememberUses(version, total);
    }

    InstantSource clock() {
        return clock;
    }
}
