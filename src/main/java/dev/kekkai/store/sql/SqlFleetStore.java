package dev.kekkai.store.sql;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.Notary;
import dev.kekkai.store.Notary.SealedFleet;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredClaim;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredObservation;
import dev.kekkai.store.StoredObservation.Signed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Nodes and policies in the authority chain of a SQL database, and what was observed in rows. */
final class SqlFleetStore implements FleetStore {
    private final Transactions transactions;
    private final Notary notary;

    SqlFleetStore(Transactions transactions, Notary notary) {
        this.transactions = transactions;
        this.notary = notary;
    }

    @Override
    public StoredFleet load() throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        StoreContent content = transactions.read("read the nodes", ContentRows::read);
        return notary.proveFleet(content, seen);
    }

    @Override
    public Optional<SignedHead> head() throws StoreException {
        return transactions.read("read the head of the authority chain", ChainRows::head);
    }

    @Override
    public StoredFleet change(TenantId tenant, Step step) throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        StoredFleet[] before = new StoredFleet[1];
        boolean[] grows = new boolean[1];
        Optional<SealedFleet> sealed = transactions.run("change nodes or policies", connection -> {
            ChainRows.lock(connection);
            Optional<SealedFleet> signed = notary.sealFleet(ContentRows.read(connection), seen, tenant, new Step() {
                @Override
                public List<FleetEvent> from(StoredFleet met) throws StoreException {
                    before[0] = met;
                    List<FleetEvent> events = step.from(met);
                    grows[0] = events.stream().anyMatch(SqlFleetStore::grows);
                    return events;
                }

                @Override
                public boolean goesOn(StoredFleet after) throws StoreException {
                    return step.goesOn(after);
                }
            });
            if (signed.isPresent()) {
                ChainRows.append(connection, signed.get().entries());
                ChainRows.write(connection, signed.get().head());
                Bounds.checkWritten(connection, !grows[0]);
            }
            return signed;
        });
        if (sealed.isPresent()) {
            notary.committed(sealed.get().seen());
        }
        return sealed.map(SealedFleet::after).orElse(before[0]);
    }

    /** What can be done again and again, and wait. */
    private static boolean grows(FleetEvent event) {
        return event instanceof FleetEvent.PolicyPut || event instanceof FleetEvent.Enrolled;
    }

    @Override
    public List<StoredObservation> observations() throws StoreException {
        return transactions.read("read what was seen of nodes", ObservationRows::all);
    }

    @Override
    public void observe(List<StoredObservation> observations, Instant latest, Map<NodeId, Signed> refused)
            throws StoreException {
        transactions.run("write what was seen of nodes", connection -> {
            for (StoredObservation observation : observations) {
                ObservationRows.write(
                        connection, observation, latest, Optional.ofNullable(refused.get(observation.node())));
            }
            return observations;
        });
    }

    @Override
    public List<StoredClaim> claims() throws StoreException {
        return transactions.read("read who waits for approval", ClaimRows::all);
    }

    @Override
    public void claim(List<StoredClaim> claims, List<StoredClaim> gone) throws StoreException {
        transactions.run("write who waits for approval", connection -> {
            for (StoredClaim claim : gone) {
                ClaimRows.forget(connection, claim);
            }
            for (StoredClaim claim : claims) {
                ClaimRows.write(connection, claim);
            }
            return claims;
        });
    }
}
