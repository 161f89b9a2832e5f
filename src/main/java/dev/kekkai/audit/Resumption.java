package dev.kekkai.audit;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.store.AuditAnchor;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What a trail was like when it was opened, beside what the HSM had signed of it: whoever can write its files could, while nothing ran, exchange them, and
 * append records that the next anchor covers. The first is noticed, the second has its bound recorded.
 */
final class Resumption {
    private static final Logger LOG = Logger.getLogger(Resumption.class);

    private Resumption() {}

    /**
     * Records it, before anything more is signed.
     *
     * @param nothingNew whether there is nothing that is about to be signed
     * @return what is wrong, or empty text
     */
    static String record(ChainedTrail trail, Optional<AuditAnchor> signed, boolean nothingNew) throws AuditException {
        long seq = signed.map(AuditAnchor::seq).orElse(0L);
        LookBack look = trail.lookBack(seq);
        String cut = signed.map(anchor -> cut(trail.opened(), anchor, look)).orElse("");
        if (!cut.isEmpty()) {
            LOG.error(cut);
            trail.record(AuditEvent.ofServer("audit.cut", Outcome.DONE, cut));
        }
        long found = trail.opened().seq() - seq;
        if (found > 0 && !(nothingNew && cut.isEmpty())) {
            String resumed = found + " records, " + (seq + 1) + " to "
                    + trail.opened().seq() + ", were there when the trail was opened and the HSM had not signed them";
            if (look.removals() > 0) {
                resumed += "; " + look.removals() + " of them say that files were removed";
                LOG.warnf("audit trail: %s; look whether it was audit.keep-files", resumed);
            }
            trail.record(AuditEvent.ofServer("audit.resumed", Outcome.DONE, resumed));
        }
        return cut;
    }

    private static String cut(ChainHead opened, AuditAnchor anchor, LookBack look) {
        String signed = "the HSM signed record " + anchor.seq() + " of this replica's audit trail, and ";
        if (anchor.seq() > opened.seq()) {
            return signed + "the trail ended with record " + opened.seq()
                    + " when it was opened: records were cut off, or another file was put in its place";
        }
        if (look.hash().isEmpty()) {
            return signed + "that record was not in the files when they were opened, which end with record "
                    + opened.seq() + ": other files were put in their place, or its file was removed";
        }
        return look.hash().get().equals(HexFormat.of().formatHex(anchor.hash()))
                ? ""
                : signed + "the files had another record " + anchor.seq()
                        + " when they were opened: others were put in their place";
    }
}
