package dev.kekkai.admin.rest;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.id.TenantId;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Records who logged in, and who was refused. A credential is recorded when it first comes, not at each call; refusals are recorded one by one up
 * to a rate that does not let a stranger fill the disk, and beyond it counted.
 */
final class LoginLedger {
    /** As {@code api} of its records. */
    static final String API = "rest";

    private static final int REMEMBERED = 1024;
    private static final int BURST = 50;
    private static final long NANOS_EACH = 200_000_000;

    private final AuditTrail audit;
    private final Set<String> seen = new LinkedHashSet<>();
    private int room = BURST;
    private long filled = System.nanoTime();
    private long uncounted;

    LoginLedger(AuditTrail audit) {
        this.audit = audit;
    }

    /**
     * @param credential a hash of it
     */
    void loggedIn(String credential, String caller, Set<String> roles) throws AuditException {
        if (known(credential)) {
            return;
        }
        String what = roles.isEmpty() ? "no role" : "roles " + String.join(", ", new TreeSet<>(roles));
        record("login", caller, Outcome.DONE, what);
        remember(credential);
    }

    private synchronized boolean known(String credential) {
        return seen.contains(credential);
    }

    private synchronized void remember(String credential) {
        seen.add(credential);
        if (seen.size() > REMEMBERED) {
            Iterator<String> oldest = seen.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /**
     * @param action {@code login}, or the verb that was asked for
     */
    void refused(String action, String caller, String why) throws AuditException {
        long before = admit();
        if (before >= 0) {
            record(
                    action,
                    caller,
                    Outcome.REFUSED,
                    before == 0 ? why : why + " (and " + before + " more refusals since the last record of one)");
        }
    }

    /** How many went uncounted before this one, or -1 if it is one of them. */
    private synchronized long admit() {
        long now = System.nanoTime();
        long more = Math.min((now - filled) / NANOS_EACH, BURST);
        if (more > 0) {
            room = (int) Math.min(BURST, room + more);
            filled = now;
        }
        if (room == 0) {
            uncounted++;
            return -1;
        }
        room--;
        long before = uncounted;
        uncounted = 0;
        return before;
    }

    private void record(String action, String caller, Outcome outcome, String reason) throws AuditException {
        audit.record(new AuditEvent(action, TenantId.DEFAULT, caller, API, "", "", outcome, reason));
    }
}
