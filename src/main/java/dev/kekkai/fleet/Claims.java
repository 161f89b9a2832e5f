package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.id.SourceBlock;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.StoredClaim;
import dev.kekkai.store.StoredFleet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Machines that wait for approval: so many from one source, so many in all, and for so long. */
final class Claims {
    /** A rack behind one address has no more. */
    static final int MOST_PER_SOURCE = 16;

    private static final Duration KEPT = Duration.ofDays(7);
    private static final int NAME_LENGTH = 255;
    private static final int SOURCE_LENGTH = 64;

    private final Map<Who, Claimant> waiting = new HashMap<>();
    private final Set<Who> unwritten = new HashSet<>();

    private record Who(TenantId tenant, EkFingerprint ek) {}

    synchronized List<Claimant> all() {
        return waiting.values().stream()
                .sorted(Comparator.comparing(Claimant::first))
                .toList();
    }

    synchronized void add(Claimant asks) throws FleetException {
        Claimant claimant = printable(asks);
        Who who = new Who(claimant.tenant(), claimant.ek());
        Claimant before = waiting.get(who);
        if (before == null) {
            if (waiting.size() >= FleetStore.MOST_CLAIMS) {
                throw new FleetException(FleetStore.MOST_CLAIMS
                        + " machines wait for approval already, and no more are remembered: enrol or wait; a machine that does not ask for 7 days is"
                        + " forgotten. 'kekkai node enroll' by fingerprint needs no waiting");
            }
            long sameSource = waiting.values().stream()
                    .filter(other -> SourceBlock.of(other.source()).equals(SourceBlock.of(claimant.source())))
                    .count();
            if (sameSource >= MOST_PER_SOURCE) {
                throw new FleetException(MOST_PER_SOURCE + " machines from " + claimant.source()
                        + " wait for approval already, and no more of one source are remembered: enrol them first");
            }
        }
        waiting.put(
                who,
                new Claimant(
                        claimant.tenant(),
                        claimant.ek(),
                        claimant.spki(),
                        claimant.hostName(),
                        claimant.source(),
                        before == null ? claimant.first() : before.first(),
                        claimant.last()));
        unwritten.add(who);
    }

    /** Whoever claims says what it likes; it is shown on a terminal. */
    private static Claimant printable(Claimant it) {
        return new Claimant(
                it.tenant(),
                it.ek(),
                it.spki(),
                printable(it.hostName(), NAME_LENGTH),
                printable(it.source(), SOURCE_LENGTH),
                it.first(),
                it.last());
    }

    private static String printable(String text, int most) {
        String cut = text.substring(0, Math.min(text.length(), most));
        return cut.replaceAll("[^ -~]", "?");
    }

    /** Takes what is to be written; {@link #giveBack} if that fails. */
    synchronized List<StoredClaim> take() {
        List<StoredClaim> all = new ArrayList<>();
        for (Who who : unwritten) {
            Claimant claimant = waiting.get(who);
            if (claimant != null) {
                all.add(StoredForms.stored(claimant));
            }
        }
        unwritten.clear();
        return all;
    }

    synchronized void giveBack(List<StoredClaim> failed) {
        failed.forEach(each -> unwritten.add(new Who(each.tenant(), StoredForms.fingerprint(each.ek()))));
    }

    /** Takes over what others wrote, and answers with those of it that need not wait any more. */
    synchronized List<StoredClaim> read(StoredFleet fleet, List<StoredClaim> rows, Instant now) {
        List<StoredClaim> gone = new ArrayList<>();
        for (StoredClaim row : rows) {
            try {
                Claimant claimant = printable(StoredForms.claimant(row));
                if (over(fleet, claimant, now)) {
                    gone.add(row);
                } else if (waiting.size() < FleetStore.MOST_CLAIMS) {
                    waiting.merge(
                            new Who(claimant.tenant(), claimant.ek()),
                            claimant,
                            (ours, theirs) -> theirs.last().isAfter(ours.last()) ? theirs : ours);
                }
            } catch (IllegalArgumentException e) {
                gone.add(row);
            }
        }
        waiting.values().removeIf(claimant -> over(fleet, claimant, now));
        return gone;
    }

    private static boolean over(StoredFleet fleet, Claimant claimant, Instant now) {
        return claimant.last().plus(KEPT).isBefore(now)
                || fleet.marked(StoredForms.mark(claimant.ek()))
                        .filter(node -> node.evicted().isEmpty())
                        .isPresent();
    }
}
