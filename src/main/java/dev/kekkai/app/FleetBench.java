package dev.kekkai.app;

import dev.kekkai.admin.FleetDesk;
import dev.kekkai.admin.rest.ServedFleet;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.config.Tenants;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.FleetAdministration;
import dev.kekkai.fleet.FleetService;
import dev.kekkai.fleet.Witness;
import dev.kekkai.keyring.Operator;
import java.time.InstantSource;
import java.util.stream.Collectors;

/** The nodes and policies of the store at hand. */
public final class FleetBench {
    private final Tenants tenants;
    private final FleetService fleet;
    private final FleetAdministration administration;

    /**
     * Borrows a workbench; nothing is read yet.
     *
     * @param witness whose word about nodes counts
     */
    public FleetBench(Workbench bench, KekkaiConfig config, Witness witness) {
        this.tenants = config.tenants();
        this.fleet = new FleetService(
                bench.store().fleet(),
                tenants.all().stream().filter(Tenant::pending).map(Tenant::id).collect(Collectors.toSet()),
                InstantSource.system(),
                config.store().maxStaleness(),
                witness);
        this.administration = new FleetAdministration(fleet, bench.audit(), InstantSource.system());
    }

    /** What a gateway asks. It looks once {@link FleetService#start} is called. */
    public FleetService fleet() {
        return fleet;
    }

    /** For the admin API. */
    public ServedFleet served() {
        return new ServedFleet(administration, tenants);
    }

    /** Takes orders from an operator. */
    public FleetDesk desk(Operator operator) {
        return new FleetDesk(administration, said -> tenants.find(said).map(Tenant::id), operator);
    }
}
