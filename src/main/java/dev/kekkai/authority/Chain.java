package dev.kekkai.authority;

import dev.kekkai.authority.Statement.ApprovalChanged;
import dev.kekkai.authority.Statement.Begun;
import dev.kekkai.authority.Statement.Changed;
import dev.kekkai.authority.Statement.FleetChanged;
import dev.kekkai.authority.Statement.Reconciled;
import dev.kekkai.custody.Signer;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.UntrustedStoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A chain that was verified: each entry follows from the one before, and the HSM signed the last.
 *
 * @param entries at least one
 */
record Chain(List<Entry> entries) {
    private static final String SIGNED = "kekkai/authority/head/1";
    static final String WAY_OUT =
            ". Somebody or something other than Kekkai wrote to the database. Restore it from a backup, which 'kekkai store reconcile' then makes"
                    + " the current one; without a backup move it away and run 'kekkai key adopt'";

    Chain {
        entries = List.copyOf(entries);
    }

    /** Verifies hashes and signature. */
    static Chain verify(StoreContent content, Signer signer) throws UntrustedStoreException {
        List<Entry> entries = new ArrayList<>();
        for (ChainEntry stored : content.chain()) {
            Entry entry = decode(stored);
            checkPlace(entries, stored, entry);
            entries.add(entry);
        }
        if (entries.isEmpty()) {
            throw broken("all entries of the authority chain were removed, and its signed head is still there");
        }
        SignedHead head =
                content.head().orElseThrow(() -> broken("the signed head of the authority chain was removed"));
        checkHead(entries.getLast().head(), head, signer);
        return new Chain(entries);
    }

    private static Entry decode(ChainEntry stored) throws UntrustedStoreException {
        try {
            return Entry.decode(stored.bytes());
        } catch (MalformedEntryException e) {
            throw new UntrustedStoreException(
                    "entry " + stored.serial() + " of the authority chain cannot be read: " + e.getMessage() + WAY_OUT,
                    e);
        }
    }

    private static void checkPlace(List<Entry> before, ChainEntry stored, Entry entry) throws UntrustedStoreException {
        long serial = stored.serial();
        if (entry.serial() != serial) {
            throw broken(
                    "the entry that is kept as number " + serial + " of the authority chain says that it is number "
                            + entry.serial() + ": entries were put in another order");
        }
        if (before.isEmpty()) {
            if (!(entry.statement() instanceof Begun) || serial < 1 || !Arrays.equals(entry.previous(), nothing())) {
                throw broken("the authority chain does not begin with its first entry: entries before number " + serial
                        + " were removed");
            }
            return;
        }
        Entry last = before.getLast();
        boolean follows = entry.statement() instanceof Reconciled
                ? serial > last.serial()
                : serial == Math.addExact(last.serial(), 1);
        if (!follows) {
            throw broken("entry " + serial + " of the authority chain comes after entry " + last.serial()
                    + ": what was between them was removed");
        }
        if (!entry.chain().equals(last.chain())
                || entry.statement() instanceof Begun
                || !Arrays.equals(entry.previous(), last.head().hash())) {
            throw broken("entry " + serial + " of the authority chain does not follow from entry " + last.serial()
                    + " as it is stored now: one of the two was changed");
        }
    }

    private static void checkHead(SeenHead last, SignedHead head, Signer signer) throws UntrustedStoreException {
        if (head.serial() != last.serial()) {
            throw broken(
                    "the authority chain ends with entry " + last.serial() + " and its signed head is that of entry "
                            + head.serial() + ": entries were removed from its end, or added there");
        }
        if (!Arrays.equals(head.hash(), last.hash())) {
            throw broken("the last entry of the authority chain, number " + last.serial()
                    + ", is not the one that its head was signed for: it was changed");
        }
        if (!Signatures.verifies(signer, signed(last), head.signature())) {
            throw broken("the head of the authority chain, entry " + last.serial()
                    + ", was not signed by the key '" + SigningKey.LABEL + "' of this token: it was forged, or this is"
                    + " another token than the one that the store was kept with");
        }
    }

    /** The bytes that the HSM signs. */
    static byte[] signed(SeenHead head) {
        return new Canonical()
                .prefixed(SIGNED)
                .uuid(head.chain())
                .u64(head.serial())
                .fixed(head.hash())
                .bytes();
    }

    static SignedHead sign(SeenHead head, Signer signer) throws StoreException {
        return new SignedHead(head.serial(), head.hash(), Signatures.sign(signer, signed(head)));
    }

    /** The keyrings that follow from the entries, without uses. */
    Map<TenantId, StoredKeyring> replay() throws UntrustedStoreException {
        return replaying().keyrings();
    }

    /** Keyrings and approvals after the last entry, to be gone on with. */
    Replaying replaying() throws UntrustedStoreException {
        Replaying state = new Replaying();
        for (Entry entry : entries) {
            try {
                state.apply(entry);
            } catch (StoreException e) {
                throw unfit(entry, e);
            }
        }
        try {
            state.end();
        } catch (StoreException e) {
            throw unfit(entries.getLast(), e);
        }
        return state;
    }

    /** The nodes and policies that follow from the entries. */
    FleetReplay replayFleet() throws UntrustedStoreException {
        FleetReplay fleet = new FleetReplay();
        for (Entry entry : entries) {
            if (entry.statement() instanceof FleetChanged(TenantId tenant, FleetEvent event)) {
                try {
                    fleet.apply(tenant, event, entry.at());
                } catch (StoreException e) {
                    throw unfit(entry, e);
                }
            }
        }
        return fleet;
    }

    private static UntrustedStoreException unfit(Entry entry, StoreException e) {
        return new UntrustedStoreException(
                "entry " + entry.serial() + " of the authority chain is signed and does not fit what is before it: "
                        + e.getMessage() + ". A newer version of Kekkai may have written it: run that one",
                e);
    }

    SeenHead head() {
        return entries.getLast().head();
    }

    UUID id() {
        return entries.getLast().chain();
    }

    /** Whether this chain is the one that was seen, as far as it went or further, or was put in its place by an operator. */
    boolean reaches(SeenHead seen) {
        return entries.stream().anyMatch(entry -> isThat(entry, seen) || givesUp(entry, seen));
    }

    private boolean isThat(Entry entry, SeenHead seen) {
        return entry.serial() == seen.serial()
                && entry.chain().equals(seen.chain())
                && Arrays.equals(entry.head().hash(), seen.hash());
    }

    private static boolean givesUp(Entry entry, SeenHead seen) {
        Optional<SeenHead> givenUp =
                switch (entry.statement()) {
                    case Begun begun -> begun.givenUp();
                    case Reconciled reconciled -> reconciled.givenUp();
                    case Changed ignored -> Optional.empty();
                    case FleetChanged ignored -> Optional.empty();
                    case ApprovalChanged ignored -> Optional.empty();
                };
        return givenUp.filter(it -> it.chain().equals(seen.chain()) && it.serial() >= seen.serial())
                .isPresent();
    }

    static byte[] nothing() {
        return new byte[Entry.HASH_BYTES];
    }

    static UntrustedStoreException broken(String what) {
        return new UntrustedStoreException(what + WAY_OUT);
    }
}
