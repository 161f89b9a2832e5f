package dev.kekkai.admin;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.audit.AuditException;
import dev.kekkai.fleet.Claimant;
import dev.kekkai.fleet.EnrollRequest;
import dev.kekkai.fleet.FleetAdministration;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.policy.PolicyDocument;
import dev.kekkai.fleet.policy.PolicyText;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ChangeNodeRequest;
import dev.kekkai.wire.admin.v1.ChangePolicyRequest;
import dev.kekkai.wire.admin.v1.EnrollNodesRequest;
import dev.kekkai.wire.admin.v1.FleetChanged;
import dev.kekkai.wire.admin.v1.GroupPolicy;
import dev.kekkai.wire.admin.v1.ListNodesRequest;
import dev.kekkai.wire.admin.v1.ListNodesResponse;
import dev.kekkai.wire.admin.v1.ListPoliciesRequest;
import dev.kekkai.wire.admin.v1.ListPoliciesResponse;
import dev.kekkai.wire.admin.v1.NodeToEnroll;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Carries out orders in the messages of {@code kekkai_admin_fleet_v1.proto}, for one operator: behind the admin socket, and in a command while no
 * server runs. Throws what {@link FleetAdministration} throws.
 */
public final class FleetDesk {
    /** Of a digest: whoever waits chose its own key, and could make one that begins with fewer of them. */
    private static final int SHORTEST = 32;
    /** A name begins with the algorithm of its digest (TPM 2.0 Part 1, §16), which is the same for all. */
    private static final int ALGORITHM = 4;

    private final FleetAdministration fleet;
    private final Function<String, Optional<TenantId>> tenants;
    private final Operator operator;

    /** @param tenants finds a tenant by name or UUID, and the default one by nothing */
    public FleetDesk(FleetAdministration fleet, Function<String, Optional<TenantId>> tenants, Operator operator) {
        this.fleet = fleet;
        this.tenants = tenants;
        this.operator = operator;
    }

    public ListNodesResponse list(ListNodesRequest request) throws FleetException {
        TenantId tenant = tenant(request.getTenant());
        ListNodesResponse.Builder response =
                ListNodesResponse.newBuilder().setStale(fleet.fleet().stale().orElse(""));
        for (Node node : fleet.fleet().view().of(tenant)) {
            response.addNodes(FleetMessages.of(node, fleet.fleet().observed(node.id())));
        }
        fleet.fleet().claimants().stream()
                .filter(claimant -> claimant.tenant().equals(tenant))
                .forEach(claimant -> response.addWaiting(FleetMessages.of(claimant)));
        return response.build();
    }

    public FleetChanged enroll(EnrollNodesRequest request) throws FleetException, StoreException, AuditException {
        Order order = order(request.getTenant(), request.getDryRun());
        List<EnrollRequest> nodes = new ArrayList<>();
        for (NodeToEnroll each : request.getNodesList()) {
            nodes.add(new EnrollRequest(
                    each.getName(),
                    each.getGroup(),
                    fingerprint(order.tenant(), each.getEk()),
                    Optional.empty(),
                    each.getAfterEviction()));
        }
        return FleetMessages.of(fleet.enroll(order, nodes), fleet.fleet());
    }

    /** A beginning is enough where the rest is known from a machine that waits: nobody makes another EK with the same 128 bits of a digest. */
    private EkFingerprint fingerprint(TenantId tenant, String said) throws FleetException {
        String hex = said.toLowerCase(Locale.ROOT).replaceAll("[: ]", "");
        List<EkFingerprint> waiting = fleet.fleet().claimants().stream()
                .filter(claimant -> claimant.tenant().equals(tenant))
                .flatMap(FleetDesk::fingerprints)
                .filter(ek -> hex.length() >= shortest(ek) && ek.hex().startsWith(hex))
                .distinct()
                .toList();
        if (waiting.size() == 1) {
            return waiting.getFirst();
        }
        try {
            return EkFingerprint.parse(hex);
        } catch (IllegalArgumentException e) {
            throw new FleetException(
                    "no machine that waits has an EK that begins with '" + said + "', of which at least "
                            + (ALGORITHM + SHORTEST) + " digits are needed (" + SHORTEST
                            + " of its public key's SHA-256); else give the whole fingerprint that 'kekkai node identity' shows on the machine, or its"
                            + " maker's list: 64, 68 or 100 hex digits",
                    e);
        }
    }

    private static int shortest(EkFingerprint ek) {
        return ek.kind() == EkFingerprint.Kind.NAME ? ALGORITHM + SHORTEST : SHORTEST;
    }

    private static Stream<EkFingerprint> fingerprints(Claimant claimant) {
        return Stream.of(claimant.ek(), EkFingerprint.parse(claimant.spki()));
    }

    public FleetChanged change(ChangeNodeRequest request) throws FleetException, StoreException, AuditException {
        Order order = order(request.getTenant(), request.getDryRun());
        String node = request.getNode();
        return FleetMessages.of(
                switch (request.getStep()) {
                    case EVICT -> fleet.evict(order, node);
                    case REBASELINE -> fleet.rebaseline(order, node, false);
                    case REBASELINE_WITH_COUNTERS -> fleet.rebaseline(order, node, true);
                    case STEP_UNSPECIFIED, UNRECOGNIZED -> throw unknown();
                },
                fleet.fleet());
    }

    public ListPoliciesResponse list(ListPoliciesRequest request) throws FleetException {
        TenantId tenant = tenant(request.getTenant());
        FleetView view = fleet.fleet().view();
        ListPoliciesResponse.Builder response = ListPoliciesResponse.newBuilder();
        view.policies().entrySet().stream()
                .filter(entry -> entry.getKey().tenant().equals(tenant))
                .sorted((one, other) ->
                        one.getKey().name().compareTo(other.getKey().name()))
                .forEach(entry -> response.addPolicies(GroupPolicy.newBuilder()
                        .setGroup(entry.getKey().name())
                        .setDocument(PolicyText.text(PolicyText.canonical(entry.getValue())))
                        .addAllWeaknesses(entry.getValue().weaknesses())
                        .setNodes((int) view.of(tenant).stream()
                                .filter(node -> node.active()
                                        && node.group().equals(entry.getKey().name()))
                                .count())));
        return response.build();
    }

    public FleetChanged change(ChangePolicyRequest request) throws FleetException, StoreException, AuditException {
        Order order = order(request.getTenant(), request.getDryRun());
        String group = request.getGroup();
        byte[] document = request.getDocument().toByteArray();
        return FleetMessages.of(
                switch (request.getAct()) {
                    case PUT -> fleet.putPolicy(order, group, PolicyDocument.read("the policy", document));
                    case ADD ->
                        fleet.addAlternative(order, group, PolicyDocument.readAlternative("the alternative", document));
                    case ACTIVATE -> fleet.activate(order, group, request.getAlternative());
                    case RETIRE -> fleet.retire(order, group, request.getAlternative());
                    case AUDIT_ONLY -> fleet.auditOnly(order, group, true);
                    case ENFORCE -> fleet.auditOnly(order, group, false);
                    case ACT_UNSPECIFIED, UNRECOGNIZED -> throw unknown();
                },
                fleet.fleet());
    }

    private static FleetException unknown() {
        return new FleetException("the server does not know this order: use the command of the server's own version");
    }

    private Order order(String tenant, boolean dryRun) throws FleetException {
        return new Order(tenant(tenant), operator, dryRun);
    }

    private TenantId tenant(String said) throws FleetException {
        return tenants.apply(said)
                .orElseThrow(() -> new FleetException(
                        "no tenant '" + said + "' is configured: tenants.folder has a file for each"));
    }
}
