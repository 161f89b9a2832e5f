package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.OfflineFleet;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.NodesGrpc;
import dev.kekkai.wire.admin.v1.PoliciesGrpc;
import java.util.function.Function;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Where a command on nodes or policies is carried out: through the running server if there is one, else on its store and HSM directly. */
final class FleetAccess {
    private static final String TENANT = "--tenant";

    private FleetAccess() {}

    /** The same order without a server. */
    interface Offline<T> {
        T carryOut(OfflineFleet fleet) throws FleetException, StoreException, AuditException;
    }

    static <T> T nodes(
            Terminal terminal,
            Workbench.Purpose purpose,
            Function<NodesGrpc.NodesBlockingStub, T> online,
            Offline<T> offline)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        return KeyAccess.carryOut(
                terminal,
                purpose,
                config -> AdminClient.call(config, NodesGrpc::newBlockingStub, online),
                atBench(offline));
    }

    static <T> T policies(
            Terminal terminal,
            Workbench.Purpose purpose,
            Function<PoliciesGrpc.PoliciesBlockingStub, T> online,
            Offline<T> offline)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        return KeyAccess.carryOut(
                terminal,
                purpose,
                config -> AdminClient.call(config, PoliciesGrpc::newBlockingStub, online),
                atBench(offline));
    }

    private static <T> KeyAccess.AtBench<T> atBench(Offline<T> offline) {
        return (bench, config) -> {
            try {
                return offline.carryOut(new OfflineFleet(bench, config, KeyAccess.operator()));
            } catch (FleetException e) {
                throw refused(e);
            }
        };
    }

    static CommandException refused(FleetException e) {
        return new CommandException(ExitCode.FAILED, String.valueOf(e.getMessage()));
    }

    static OptionSpec tenantOption() {
        return OptionSpec.builder(TENANT)
                .paramLabel("TENANT")
                .type(String.class)
                .description("Name or UUID of the tenant (default: default).")
                .build();
    }

    static String tenant(ParseResult options) {
        return options.matchedOptionValue(TENANT, "");
    }
}
