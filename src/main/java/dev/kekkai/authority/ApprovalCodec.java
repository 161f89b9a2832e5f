package dev.kekkai.authority;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.ApprovalEvent.Decided;
import dev.kekkai.store.ApprovalEvent.Requested;
import dev.kekkai.store.ApprovalEvent.Ruled;
import dev.kekkai.store.ApprovalEvent.Used;
import dev.kekkai.store.ApprovalRule;
import java.util.HexFormat;
import java.util.Set;

/** Events of approvals in canonical bytes. */
final class ApprovalCodec {
    private static final String RULE = "approval.rule";
    private static final String REQUEST = "approval.request";
    private static final String APPROVE = "approval.approve";
    private static final String REJECT = "approval.reject";
    private static final String USE = "approval.use";
    private static final Set<String> KINDS = Set.of(RULE, REQUEST, APPROVE, REJECT, USE);
    private static final HexFormat HEX = HexFormat.of();

    private ApprovalCodec() {}

    static boolean knows(String kind) {
        return KINDS.contains(kind);
    }

    static String kind(ApprovalEvent event) {
        return switch (event) {
            case Ruled ignored -> RULE;
            case Requested ignored -> REQUEST;
            case Decided decided -> decided.approves() ? APPROVE : REJECT;
            case Used ignored -> USE;
        };
    }

    static byte[] body(ApprovalEvent event) {
        Canonical out = new Canonical();
        return switch (event) {
            case Ruled(String action, ApprovalRule rule) ->
                out.prefixed(action).u8(rule.required()).flag(rule.hostAlone()).bytes();
            case Requested it -> requested(out, it).bytes();
            case Decided it ->
                person(out.uuid(it.approval().value()), it.person())
                        .text(it.reason())
                        .bytes();
            case Used(ApprovalId approval) -> out.uuid(approval.value()).bytes();
        };
    }

    private static Canonical requested(Canonical out, Requested it) {
        out.uuid(it.approval().value())
                .uuid(it.tenant().value())
                .prefixed(it.action())
                .prefixed(it.subject())
                .fixed(HEX.parseHex(it.state()))
                .prefixed(it.parameters());
        return person(out, it.requester()).text(it.reason()).u8(it.required()).time(it.expires());
    }

    private static Canonical person(Canonical out, Person person) {
        return out.text(person.id()).text(person.name());
    }

    static ApprovalEvent event(String kind, CanonicalReader in) throws MalformedEntryException {
        return switch (kind) {
            case RULE -> new Ruled(in.ascii(), new ApprovalRule(in.u8(), in.flag()));
            case REQUEST ->
                new Requested(
                        approval(in),
                        new TenantId(in.uuid()),
                        in.ascii(),
                        in.ascii(),
                        HEX.formatHex(in.fixed(Entry.HASH_BYTES)),
                        in.ascii(),
                        person(in),
                        in.text(),
                        in.u8(),
                        in.time());
            case APPROVE, REJECT -> new Decided(approval(in), kind.equals(APPROVE), person(in), in.text());
            case USE -> new Used(approval(in));
            default -> throw new IllegalStateException("not asked whether it is known: " + kind);
        };
    }

    private static ApprovalId approval(CanonicalReader in) throws MalformedEntryException {
        return new ApprovalId(in.uuid());
    }

    private static Person person(CanonicalReader in) throws MalformedEntryException {
        return new Person(in.text(), in.text());
    }
}
