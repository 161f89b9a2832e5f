package dev.kekkai.fleet;

import dev.kekkai.id.NodeId;
import dev.kekkai.store.StoredObservation;
import dev.kekkai.store.StoredObservation.Signed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Signs what is written of observations, and passes over what no gateway signed: such a row could supersede the key of a node that is in, or put its boot
 * counters where no quote reaches. For one thread at a time, but for {@link #by}.
 */
final class SignedRows {
    private static final Logger LOG = Logger.getLogger(SignedRows.class);
    /** Never stands in a row. */
    private static final String NOT_REFUSED = "-";

    private volatile Witness witness;
    /** What was found of each row at the last look, so that each is verified once. */
    private Map<NodeId, Found> found = Map.of();

    private record Found(Witness by, StoredObservation row, boolean seen, boolean counted) {
        boolean good() {
            return seen && counted;
        }
    }

    SignedRows(Witness witness) {
        this.witness = witness;
    }

    /** Whose word counts from now on. */
    void by(Witness now) {
        witness = now;
    }

    List<StoredObservation> signed(List<StoredObservation> rows) {
        Witness signs = witness;
        return rows.stream()
                .map(row -> row.signed(new Signed(
                        signs.sign(ObservationStatement.seen(row)), signs.sign(ObservationStatement.counters(row)))))
                .toList();
    }

    /** What counts of the rows: none of which the rest is not signed, and counters if they are. */
    List<StoredObservation> believed(List<StoredObservation> rows) {
        Witness by = witness;
        Map<NodeId, Found> now = new HashMap<>();
        List<StoredObservation> believed = new ArrayList<>();
        List<NodeId> doubted = new ArrayList<>();
        for (StoredObservation row : rows) {
            Found known = found.get(row.node());
            Found is;
            if (known != null && known.by() == by && known.row().equals(row)) {
                is = known;
            } else {
                is = find(by, row);
                if (!is.good()) {
                    doubted.add(row.node());
                }
            }
            now.put(row.node(), is);
            if (is.seen()) {
                believed.add(is.counted() ? row : row.uncounted());
            }
        }
        found = now;
        if (!doubted.isEmpty() && by != Witness.NOBODY) {
            LOG.warnf(
                    "what the database says of %d node(s) was not signed by a gateway of this HSM and counts for nothing; an older version wrote it, or"
                            + " somebody else. It is replaced as each is seen again. The first is node %s",
                    doubted.size(), doubted.getFirst());
        }
        return believed;
    }

    private static Found find(Witness by, StoredObservation row) {
        return new Found(
                by,
                row,
                by.signed(ObservationStatement.seen(row), row.signed().seen(), row.at()),
                by.signed(ObservationStatement.counters(row), row.signed().counted()));
    }

    /** Signatures that were met at the last look and are no gateway's; none before anybody could tell. */
    Map<NodeId, Signed> refused() {
        Witness by = witness;
        return found.entrySet().stream()
                .filter(entry -> !entry.getValue().good() && entry.getValue().by() == by && by != Witness.NOBODY)
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> refused(entry.getValue())));
    }

    private static Signed refused(Found it) {
        return new Signed(
                it.seen() ? NOT_REFUSED : it.row().signed().seen(),
                it.counted() ? NOT_REFUSED : it.row().signed().counted());
    }
}
