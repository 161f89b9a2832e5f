package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.ReturnCheck;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The keyrings of a process. What is wrong with that of one tenant keeps no other tenant from being served: it is refused, said, and looked at again,
 * until its keys are those that it remembers. Only the default tenant's stops the start, and keeps a token that was lost from being used again.
 */
public final class Keyrings implements ReturnCheck {
    private static final Logger LOG = Logger.getLogger(Keyrings.class);

    private final List<TenantId> others;
    private final KeyringStore store;
    private final Opening opening;
    private final Map<TenantId, Keyring> served = new ConcurrentHashMap<>();
    private final Map<TenantId, String> unopened = new ConcurrentHashMap<>();

    /** Opens the keyring of a tenant that has one and puts it into service; leaves nothing behind if that fails. */
    @FunctionalInterface
    public interface Opening {
        Keyring open(TenantId tenant) throws KeyringException, CustodyException, StoreException, AuditException;
    }

    /**
     * @param first of the default tenant
     * @param others the tenants besides
     */
    public Keyrings(Keyring first, List<TenantId> others, KeyringStore store, Opening opening) {
        this.others = List.copyOf(others);
        this.store = store;
        this.opening = opening;
        served.put(first.snapshot().tenant(), first);
    }

    /** Those in service, also those that are refused at the moment; goes on being so. */
    public Map<TenantId, Keyring> served() {
        return Collections.unmodifiableMap(served);
    }

    /** Opens what is not open, examines again what is refused, and says what is new about either. One at a time. */
    public synchronized void look(KekInventory inventory, KeyCustodian custodian) {
        for (TenantId tenant : others) {
            Keyring keyring = served.get(tenant);
            if (keyring == null) {
                open(tenant);
            } else if (!keyring.refused().isEmpty()) {
                try {
                    examine(keyring, inventory, custodian);
                } catch (CustodyException | RuntimeException e) {
                    LOG.debugf("the keyring of tenant %s stays refused: %s", tenant, e.getMessage());
                }
            }
        }
    }

    private void open(TenantId tenant) {
        try {
            if (store.load(tenant).isEmpty()) {
                if (unopened.put(tenant, "") == null) {
                    LOG.warnf("Tenant %s has no keyring, so its nodes are let in and can wrap nothing", tenant);
                }
                return;
            }
            served.put(tenant, opening.open(tenant));
            if (unopened.remove(tenant) != null) {
                LOG.infof("the keyring of tenant %s is in service", tenant);
            }
        } catch (KeyringException | CustodyException | StoreException | AuditException | RuntimeException e) {
            String why = refusal(tenant, String.valueOf(e.getMessage()));
            if (!why.equals(unopened.put(tenant, why))) {
                LOG.error(why);
            }
        }
    }

    @Override
    public void check(KekInventory inventory, KeyCustodian custodian) throws CustodyException {
        Keyring first = served.get(TenantId.DEFAULT);
        if (first != null) {
            new ReturnExamination(first::snapshot).check(inventory, custodian);
        }
        for (TenantId tenant : others) {
            Keyring keyring = served.get(tenant);
            if (keyring != null) {
                examineApart(keyring, inventory, custodian);
            }
        }
    }

    /** The default keyring has just passed, so the token answers: whatever one tenant's keys make of it is that tenant's alone. */
    private static void examineApart(Keyring keyring, KekInventory inventory, KeyCustodian custodian) {
        try {
            examine(keyring, inventory, custodian);
        } catch (CustodyException e) {
            String why = refusal(keyring.snapshot().tenant(), String.valueOf(e.getMessage()));
            keyring.refuse(why);
            LOG.error(why);
        }
    }

    /** Accepts it or refuses it; where the token does not answer, it stays what it was. */
    private static void examine(Keyring keyring, KekInventory inventory, KeyCustodian custodian)
            throws CustodyException {
        String before = keyring.refused();
        try {
            new ReturnExamination(keyring::snapshot).check(inventory, custodian);
            if (keyring.accept(before) && !before.isEmpty()) {
                LOG.infof(
                        "the keyring of tenant %s is in service again",
                        keyring.snapshot().tenant());
            }
        } catch (CustodyException.KeyMissing | CustodyException.KeyUnsafe e) {
            String why = refusal(keyring.snapshot().tenant(), String.valueOf(e.getMessage()));
            keyring.refuse(why);
            if (!why.equals(before)) {
                LOG.error(why);
            }
        }
    }

    private static String refusal(TenantId tenant, String why) {
        return "the keyring of tenant " + tenant + " is refused, and the others are served: " + why;
    }

    /** Which are refused and why, or empty. */
    public String problem() {
        return Stream.concat(
                        unopened.values().stream(),
                        served.values().stream().flatMap(keyring -> Stream.of(keyring.refused(), problem(keyring))))
                .filter(why -> !why.isEmpty())
                .sorted()
                .collect(Collectors.joining("; "));
    }

    /** The default keyring says its own. */
    private static String problem(Keyring keyring) {
        TenantId tenant = keyring.snapshot().tenant();
        String problem = keyring.storeProblem();
        return problem.isEmpty() || tenant.equals(TenantId.DEFAULT) ? "" : "tenant " + tenant + ": " + problem;
    }
}
