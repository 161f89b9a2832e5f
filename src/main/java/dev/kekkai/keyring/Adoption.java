package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Registers keys that are on the token and not in the store. */
final class Adoption {
    /**
     * Epochs per version number in a rebuilt keyring. Each activation belongs to one version number, so a floor of (highest number + 1) ×
     * this lies above every epoch that a lost database can have given, also when keyrings are rebuilt again and again.
     */
    private static final long EPOCHS_PER_NUMBER = 4096;

    /** Numbers beyond are nobody's rotations: a planted label would make every search for a key_id a long one. */
    private static final int HIGHEST_NUMBER = 10_000;

    private final Ledger ledger;
    private final Examiner examiner;

    Adoption(Ledger ledger, Examiner examiner) {
        this.ledger = ledger;
        this.examiner = examiner;
    }

    /** See {@link KeyAdministration#adopt} and {@link KeyAdministration#adoptNew}. */
    Change adopt(Order order, @Nullable Lineage wanted, boolean acceptProvenance, KeyState state)
            throws KeyringException, CustodyException, StoreException, AuditException {
        List<Kek> onToken = Awaited.result(examiner.inventory().list());
        Optional<StoredKeyring> existing = ledger.store().load(order.tenant());
        Lineage lineage = lineage(existing, wanted, onToken);
        List<Kek> found = unknown(existing, lineage, onToken);
        if (state == KeyState.PREPARED) {
            refuseWhatCannotBeNew(existing, found);
        }
        List<StoredVersion> adopted = new ArrayList<>();
        for (Kek kek : found) {
            adopted.add(examined(order, kek, acceptProvenance, state));
        }
        if (adopted.isEmpty() || order.dryRun()) {
            return Change.none(
                    adopted.isEmpty()
                            ? nothing(lineage, onToken)
                            : "would register as " + state + ": "
                                    + found.stream().map(Kek::label).collect(Collectors.joining(", ")));
        }
        long floor = floorAbove(found.getLast().number());
        if (existing.isEmpty()) {
            ledger.store().createKeyring(order.tenant(), lineage, floor);
        } else {
            // The store is older than the token: what the newer store had given is lost with it.
            ledger.store().raiseEpochFloor(order.tenant(), floor);
        }
        for (StoredVersion version : adopted) {
            ledger.record(
                    order, "key.adopt", version.kek(), state == KeyState.PREPARED ? "new, by the operator's word" : "");
            ledger.store().addVersion(order.tenant(), version);
        }
        return new Change(true, said(adopted.getFirst()), List.copyOf(adopted));
    }

    private static String nothing(Lineage lineage, List<Kek> onToken) {
        List<Kek> strangers =
                onToken.stream().filter(kek -> !kek.lineage().equals(lineage)).toList();
        return "the token holds no key of this keyring (lineage " + lineage
                + ") that is not registered: nothing to adopt"
                + (strangers.isEmpty()
                        ? ""
                        : "; it holds keys of other keyrings: " + lineages(strangers)
                                + ", and a key's label says to which it belongs");
    }

    private static String said(StoredVersion first) {
        int number = first.kek().number();
        return first.state() == KeyState.PREPARED
                ? "version " + number + " is PREPARED: it wraps nothing until 'kekkai key rotate --version " + number
                        + "'"
                : "registered as RETIRED: they open what they wrapped; others wrap";
    }

    /** One key at a time, and later than all others: everything else must be taken for one that has wrapped. */
    private static void refuseWhatCannotBeNew(Optional<StoredKeyring> existing, List<Kek> found)
            throws KeyringException {
        if (found.size() > 1) {
            throw new KeyringException("the token holds " + found.size() + " keys that are not registered: "
                    + found.stream().map(Kek::label).collect(Collectors.joining(", "))
                    + ". Only one can be new: run 'kekkai key adopt' without --new before you make the new one, so that the others open what they"
                    + " wrapped");
        }
        int highest = existing.map(StoredKeyring::versions).orElse(List.of()).stream()
                .mapToInt(version -> version.kek().number())
                .max()
                .orElse(0);
        if (!found.isEmpty() && found.getFirst().number() <= highest) {
            throw new KeyringException(
                    "the key labelled " + found.getFirst().label() + " is not new: version " + highest
                            + " is registered already. Label a new one with number " + (highest + 1)
                            + ", or run 'kekkai key adopt' without --new");
        }
    }

    /** An epoch above every one that was ever given while no version had a higher number than this. */
    static long floorAbove(int number) {
        return (number + 1L) * EPOCHS_PER_NUMBER;
    }

    /** The keys of a keyring on the token that the store does not know, by number. */
    static List<Kek> unknown(Optional<StoredKeyring> existing, Lineage lineage, List<Kek> onToken) {
        return onToken.stream()
                .filter(kek -> kek.lineage().equals(lineage))
                .filter(kek -> existing.isEmpty() || !knows(existing.get(), kek.version()))
                .sorted(Comparator.comparingInt(Kek::number))
                .toList();
    }

    private static boolean knows(StoredKeyring keyring, VersionId version) {
        return keyring.versions().stream()
                .anyMatch(known -> known.kek().version().equals(version));
    }

    private StoredVersion examined(Order order, Kek kek, boolean acceptProvenance, KeyState state)
            throws KeyringException, CustodyException {
        if (kek.number() > HIGHEST_NUMBER) {
            throw new KeyUnsafe(
                    "the key object labelled " + kek.label() + " has a number above " + HIGHEST_NUMBER
                            + ", which no keyring reaches: somebody made it outside Kekkai; remove it or relabel it. Nothing was adopted");
        }
        Provenance provenance = Awaited.result(examiner.inventory().inspect(kek));
        if (!provenance.equals(Provenance.BORN_INSIDE) && !acceptProvenance) {
            throw new KeyUnsafe("the token says of KEK " + kek.label() + ": " + provenance
                    + "; a KEK must be local, always sensitive and never extractable. If it was restored from the HSM vendor's backup,"
                    + " run 'kekkai key adopt --accept-provenance'; nothing was adopted");
        }
        byte[] canary = order.dryRun() ? new byte[0] : examiner.canary().seal(kek);
        return new StoredVersion(kek, state, null, provenance, canary, ledger.now(), null, 0);
    }

    private static Lineage lineage(Optional<StoredKeyring> existing, @Nullable Lineage wanted, List<Kek> onToken)
            throws KeyringException {
        if (existing.isPresent()) {
            Lineage own = existing.get().lineage();
            if (wanted != null && !wanted.equals(own)) {
                throw new KeyringException("this tenant's keyring has lineage " + own + ", not " + wanted
                        + ": keys of another lineage cannot join it");
            }
            return own;
        }
        List<Lineage> found = onToken.stream().map(Kek::lineage).distinct().toList();
        if (wanted != null && found.contains(wanted)) {
            return wanted;
        }
        if (wanted == null && found.size() == 1) {
            return found.getFirst();
        }
        throw new KeyringException(
                found.isEmpty()
                        ? "the token holds no key labelled kekkai/<lineage>/<number>/<mechanism>, so there is nothing to adopt"
                        : "the token holds keys of the keyring(s) " + lineages(onToken)
                                + ": say which with 'kekkai key adopt --lineage UUID'");
    }

    static String lineages(List<Kek> keks) {
        return keks.stream().map(kek -> kek.lineage().toString()).distinct().collect(Collectors.joining(", "));
    }
}
