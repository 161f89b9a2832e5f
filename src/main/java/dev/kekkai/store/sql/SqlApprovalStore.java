package dev.kekkai.store.sql;

import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.ApprovalStore;
import dev.kekkai.store.Notary;
import dev.kekkai.store.Notary.SealedApprovals;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApprovals;
import java.util.List;
import java.util.Optional;

/** Requests for approval in the authority chain of a SQL database; they have no rows. */
final class SqlApprovalStore implements ApprovalStore {
    private final Transactions transactions;
    private final Notary notary;

    SqlApprovalStore(Transactions transactions, Notary notary) {
        this.transactions = transactions;
        this.notary = notary;
    }

    @Override
    public StoredApprovals load() throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        StoreContent content = transactions.read("read the approvals", ContentRows::read);
        return notary.proveApprovals(content, seen);
    }

    @Override
    public Optional<SignedHead> head() throws StoreException {
        return transactions.read("read the head of the authority chain", ChainRows::head);
    }

    @Override
    public StoredApprovals change(Step step) throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        Met met = new Met(step);
        Optional<SealedApprovals> sealed = transactions.run("ask for an approval, or decide on one", connection -> {
            ChainRows.lock(connection);
            Optional<SealedApprovals> signed = notary.sealApprovals(ContentRows.read(connection), seen, met);
            if (signed.isPresent()) {
                ChainRows.append(connection, signed.get().entries());
                ChainRows.write(connection, signed.get().head());
                Bounds.checkWritten(connection, false);
            }
            return signed;
        });
        if (sealed.isPresent()) {
            notary.committed(sealed.get().seen());
        }
        return sealed.map(SealedApprovals::after).orElse(met.before);
    }

    /** Remembers what a step met. */
    private static final class Met implements Step {
        private final Step step;
        private StoredApprovals before = StoredApprovals.none();

        Met(Step step) {
            this.step = step;
        }

        @Override
        public List<ApprovalEvent> from(StoredApprovals met) throws StoreException {
            before = met;
            return step.from(met);
        }

        @Override
        public boolean goesOn(StoredApprovals after) throws StoreException {
            return step.goesOn(after);
        }
    }
}
