package dev.kekkai.authority;

import dev.kekkai.id.NodeId;
import dev.kekkai.store.EkMark;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.FleetEvent.AkPinned;
import dev.kekkai.store.FleetEvent.Enrolled;
import dev.kekkai.store.FleetEvent.Evicted;
import dev.kekkai.store.FleetEvent.PolicyPut;
import dev.kekkai.store.FleetEvent.Rebaselined;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/** Events of nodes and policies in canonical bytes. In the body the tenant's UUID comes first. */
final class FleetCodec {
    private static final Set<String> KINDS =
            Set.of("node.enroll", "node.pin-ak", "node.evict", "node.re-baseline", "policy.put");
    private static final HexFormat HEX = HexFormat.of();

    private FleetCodec() {}

    static boolean knows(String kind) {
        return KINDS.contains(kind);
    }

    static String kind(FleetEvent event) {
        return switch (event) {
            case Enrolled ignored -> "node.enroll";
            case AkPinned ignored -> "node.pin-ak";
            case Evicted ignored -> "node.evict";
            case Rebaselined ignored -> "node.re-baseline";
            case PolicyPut ignored -> "policy.put";
        };
    }

    static Canonical body(Canonical out, FleetEvent event) {
        if (event instanceof FleetEvent.OfNode of) {
            out.uuid(of.node().value());
        }
        return switch (event) {
            case Enrolled it -> enrolled(out, it);
            case AkPinned it -> out.prefixed(HEX.parseHex(it.ak()));
            case Evicted it -> out.time(it.at());
            case Rebaselined it -> out.flag(it.countersAnew()).time(it.at());
            case PolicyPut it -> out.prefixed(it.group()).prefixed(it.document());
        };
    }

    private static Canonical enrolled(Canonical out, Enrolled it) {
        mark(out.prefixed(it.name()).prefixed(it.group()), it.ek());
        out.flag(it.otherEk().isPresent());
        it.otherEk().ifPresent(other -> mark(out, other));
        out.flag(it.replaces().isPresent());
        it.replaces().ifPresent(replaced -> out.uuid(replaced.value()));
        return out.time(it.at());
    }

    private static void mark(Canonical out, EkMark mark) {
        out.u8(
                        switch (mark.kind()) {
                            case NAME -> 1;
                            case SPKI -> 2;
                        })
                .prefixed(HEX.parseHex(mark.hex()));
    }

    static FleetEvent event(String kind, CanonicalReader in) throws MalformedEntryException {
        return switch (kind) {
            case "node.enroll" ->
                new Enrolled(
                        node(in),
                        in.ascii(),
                        in.ascii(),
                        mark(in),
                        in.flag() ? Optional.of(mark(in)) : Optional.empty(),
                        in.flag() ? Optional.of(node(in)) : Optional.empty(),
                        in.time());
            case "node.pin-ak" -> new AkPinned(node(in), HEX.formatHex(in.prefixed()));
            case "node.evict" -> new Evicted(node(in), in.time());
            case "node.re-baseline" -> new Rebaselined(node(in), in.flag(), in.time());
            case "policy.put" -> new PolicyPut(in.ascii(), in.prefixed());
            default -> throw new IllegalStateException("not asked whether it is known: " + kind);
        };
    }

    private static NodeId node(CanonicalReader in) throws MalformedEntryException {
        return new NodeId(in.uuid());
    }

    private static EkMark mark(CanonicalReader in) throws MalformedEntryException {
        int code = in.u8();
        EkMark.Kind kind =
                switch (code) {
                    case 1 -> EkMark.Kind.NAME;
                    case 2 -> EkMark.Kind.SPKI;
                    default -> throw new MalformedEntryException("an EK is marked in a way that is unknown: " + code);
                };
        return new EkMark(kind, HEX.formatHex(in.prefixed()));
    }
}
