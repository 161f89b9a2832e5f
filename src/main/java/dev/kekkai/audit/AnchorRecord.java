package dev.kekkai.audit;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.store.AuditAnchor;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An anchor as the trail itself records it, so that the file alone shows it. */
public final class AnchorRecord {
    /** The action of such a record. */
    public static final String ACTION = "audit.anchor";

    private static final Pattern REASON =
            Pattern.compile("record ([0-9]{1,18}) hash ([0-9a-f]{64}) time ([0-9]{1,15}) signature ([0-9a-f]{128})");

    private AnchorRecord() {}

    /** What is recorded. */
    public static AuditEvent of(AuditAnchor anchor) {
        return AuditEvent.ofServer(
                ACTION,
                Outcome.DONE,
                "record " + anchor.seq() + " hash " + HexFormat.of().formatHex(anchor.hash()) + " time "
                        + anchor.time().toEpochMilli() + " signature "
                        + HexFormat.of().formatHex(anchor.signature()));
    }

    /** The anchor in the reason of a record, if it is one. */
    public static Optional<AuditAnchor> read(UUID replica, String reason) {
        Matcher matcher = REASON.matcher(reason);
        return matcher.matches()
                ? Optional.of(new AuditAnchor(
                        replica,
                        Long.parseLong(matcher.group(1)),
                        HexFormat.of().parseHex(matcher.group(2)),
                        Instant.ofEpochMilli(Long.parseLong(matcher.group(3))),
                        HexFormat.of().parseHex(matcher.group(4))))
                : Optional.empty();
    }
}
