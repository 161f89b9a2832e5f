package dev.kekkai.app;

import dev.kekkai.admin.FleetDesk;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.Witness;
import dev.kekkai.keyring.Operator;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ChangeNodeRequest;
import dev.kekkai.wire.admin.v1.ChangePolicyRequest;
import dev.kekkai.wire.admin.v1.EnrollNodesRequest;
import dev.kekkai.wire.admin.v1.FleetChanged;
import dev.kekkai.wire.admin.v1.ListNodesRequest;
import dev.kekkai.wire.admin.v1.ListNodesResponse;
import dev.kekkai.wire.admin.v1.ListPoliciesRequest;
import dev.kekkai.wire.admin.v1.ListPoliciesResponse;
import java.util.Optional;

/** What the admin socket does with nodes and policies, for when no server runs; in the same messages. Throws what {@link FleetDesk} throws. */
public final class OfflineFleet {
    private final FleetBench bench;
    private final FleetDesk desk;

    /** Borrows a workbench, and reads what is stored. */
    public OfflineFleet(Workbench bench, KekkaiConfig config, Operator operator) {
        this.bench = new FleetBench(bench, config, Witness.ANYBODY);
        this.desk = this.bench.desk(operator);
        this.bench.fleet().look();
    }

    public ListNodesResponse list(ListNodesRequest request) throws FleetException {
        readable();
        return desk.list(request);
    }

    public FleetChanged enroll(EnrollNodesRequest request) throws FleetException, StoreException, AuditException {
        return desk.enroll(request);
    }

    public FleetChanged change(ChangeNodeRequest request) throws FleetException, StoreException, AuditException {
        return desk.change(request);
    }

    public ListPoliciesResponse list(ListPoliciesRequest request) throws FleetException {
        readable();
        return desk.list(request);
    }

    public FleetChanged change(ChangePolicyRequest request) throws FleetException, StoreException, AuditException {
        return desk.change(request);
    }

    /** Nothing to show is not the same as nothing that could be read. */
    private void readable() throws FleetException {
        Optional<String> stale = bench.fleet().stale();
        if (stale.isPresent()) {
            throw new FleetException(stale.get());
        }
    }
}
