package dev.kekkai.authority;

import dev.kekkai.authority.Statement.ApprovalChanged;
import dev.kekkai.authority.Statement.Begun;
import dev.kekkai.authority.Statement.Changed;
import dev.kekkai.authority.Statement.FleetChanged;
import dev.kekkai.authority.Statement.Reconciled;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.SeenHead;
import java.util.Optional;

/** The kinds of entry and their bodies. A kind is never given another body: what has to change gets a new name. */
final class StatementCodec {
    private static final String BEGIN = "chain.begin";
    private static final String RECONCILE = "chain.reconcile";

    private StatementCodec() {}

    /** A statement as its kind and body. */
    record Encoded(String kind, byte[] body) {}

    static Encoded encode(Statement statement) {
        return switch (statement) {
            case Begun begun -> new Encoded(BEGIN, givenUp(begun.givenUp()));
            case Reconciled reconciled -> new Encoded(RECONCILE, givenUp(reconciled.givenUp()));
            case ApprovalChanged changed ->
                new Encoded(ApprovalCodec.kind(changed.event()), ApprovalCodec.body(changed.event()));
            case FleetChanged changed ->
                new Encoded(
                        FleetCodec.kind(changed.event()),
                        FleetCodec.body(new Canonical().uuid(changed.tenant().value()), changed.event())
                                .bytes());
            case Changed changed ->
                new Encoded(
                        EventCodec.kind(changed.event()),
                        EventCodec.body(new Canonical().uuid(changed.tenant().value()), changed.event())
                                .bytes());
        };
    }

    static Statement decode(String kind, byte[] body) throws MalformedEntryException {
        CanonicalReader in = new CanonicalReader(body);
        Statement statement =
                switch (kind) {
                    case BEGIN -> new Begun(givenUp(in));
                    case RECONCILE -> new Reconciled(givenUp(in));
                    default -> {
                        if (ApprovalCodec.knows(kind)) {
                            yield new ApprovalChanged(ApprovalCodec.event(kind, in));
                        }
                        TenantId tenant = new TenantId(in.uuid());
                        yield FleetCodec.knows(kind)
                                ? new FleetChanged(tenant, FleetCodec.event(kind, in))
                                : new Changed(tenant, EventCodec.event(kind, in));
                    }
                };
        in.end();
        return statement;
    }

    private static byte[] givenUp(Optional<SeenHead> head) {
        Canonical out = new Canonical().flag(head.isPresent());
        head.ifPresent(it -> out.uuid(it.chain()).u64(it.serial()).fixed(it.hash()));
        return out.bytes();
    }

    private static Optional<SeenHead> givenUp(CanonicalReader in) throws MalformedEntryException {
        return in.flag()
                ? Optional.of(new SeenHead(in.uuid(), in.u64(), in.fixed(Entry.HASH_BYTES)))
                : Optional.empty();
    }
}
