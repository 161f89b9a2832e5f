package dev.kekkai.authority;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.KeyringEvent.Activated;
import dev.kekkai.store.KeyringEvent.CanaryReplaced;
import dev.kekkai.store.KeyringEvent.Created;
import dev.kekkai.store.KeyringEvent.Destroyed;
import dev.kekkai.store.KeyringEvent.DestructionBegun;
import dev.kekkai.store.KeyringEvent.Disabled;
import dev.kekkai.store.KeyringEvent.Enabled;
import dev.kekkai.store.KeyringEvent.FloorRaised;
import dev.kekkai.store.KeyringEvent.KeyIdLearned;
import dev.kekkai.store.KeyringEvent.ProvenanceAccepted;
import dev.kekkai.store.KeyringEvent.Registered;
import dev.kekkai.store.KeyringEvent.Retired;
import dev.kekkai.store.KeyringEvent.Scheduled;
import dev.kekkai.store.StoredVersion;
import java.util.Arrays;

/** Events of a keyring in canonical bytes. In the body the tenant's UUID comes first. */
final class EventCodec {
    private EventCodec() {}

    static String kind(KeyringEvent event) {
        return switch (event) {
            case Created ignored -> "keyring.create";
            case FloorRaised ignored -> "keyring.raise-floor";
            case Registered ignored -> "key.register";
            case Activated ignored -> "key.activate";
            case Scheduled ignored -> "key.schedule";
            case Retired ignored -> "key.retire";
            case Disabled ignored -> "key.disable";
            case Enabled ignored -> "key.enable";
            case DestructionBegun ignored -> "key.begin-destroying";
            case Destroyed ignored -> "key.destroy";
            case ProvenanceAccepted ignored -> "key.accept-provenance";
            case CanaryReplaced ignored -> "key.replace-canary";
            case KeyIdLearned ignored -> "key.learn-id";
        };
    }

    static Canonical body(Canonical out, KeyringEvent event) {
        if (event instanceof KeyringEvent.OfVersion of) {
            out.fixed(of.version().bytes());
        }
        return switch (event) {
            case Created it -> out.uuid(it.lineage().value()).u64(it.epochFloor());
            case FloorRaised it -> out.u64(it.epochFloor());
            case Registered it -> version(out, it.version());
            case Activated it -> out.u64(it.epoch()).time(it.at());
            case Scheduled it -> out.time(it.activateAt());
            case Retired it -> out.time(it.at());
            case Disabled it -> out.time(it.at());
            case Enabled ignored -> out;
            case DestructionBegun it -> out.time(it.at());
            case Destroyed ignored -> out;
            case ProvenanceAccepted it -> provenance(out, it.provenance());
            case CanaryReplaced it -> out.prefixed(it.canary());
            case KeyIdLearned it -> out.prefixed(it.keyId().value());
        };
    }

    private static Canonical version(Canonical out, StoredVersion version) {
        Kek kek = version.kek();
        out.fixed(kek.version().bytes())
                .uuid(kek.lineage().value())
                .u64(kek.number())
                .u8(kek.mechanism().code())
                .prefixed(version.state().name())
                .optional(version.epoch());
        return provenance(out, version.provenance())
                .prefixed(version.canary())
                .time(version.created())
                .optional(version.activateAt())
                .optional(version.retired())
                .optional(version.disabled())
                .optional(version.destroyBegun());
    }

    private static Canonical provenance(Canonical out, Provenance provenance) {
        return out.flag(provenance.local()).flag(provenance.alwaysSensitive()).flag(provenance.neverExtractable());
    }

    static KeyringEvent event(String kind, CanonicalReader in) throws MalformedEntryException {
        return switch (kind) {
            case "keyring.create" -> new Created(new Lineage(in.uuid()), in.u64());
            case "keyring.raise-floor" -> new FloorRaised(in.u64());
            case "key.register" -> new Registered(version(in));
            case "key.activate" -> new Activated(id(in), in.u64(), in.time());
            case "key.schedule" -> new Scheduled(id(in), in.time());
            case "key.retire" -> new Retired(id(in), in.time());
            case "key.disable" -> new Disabled(id(in), in.time());
            case "key.enable" -> new Enabled(id(in));
            case "key.begin-destroying" -> new DestructionBegun(id(in), in.time());
            case "key.destroy" -> new Destroyed(id(in));
            case "key.accept-provenance" -> new ProvenanceAccepted(id(in), provenance(in));
            case "key.replace-canary" -> new CanaryReplaced(id(in), in.prefixed());
            case "key.learn-id" -> new KeyIdLearned(id(in), new KeyId(in.ascii()));
            default ->
                throw new MalformedEntryException("its kind '" + kind
                        + "' is not known to this version of Kekkai: a newer one wrote it, so run that one");
        };
    }

    private static VersionId id(CanonicalReader in) throws MalformedEntryException {
        return VersionId.of(in.fixed(VersionId.LENGTH));
    }

    private static StoredVersion version(CanonicalReader in) throws MalformedEntryException {
        VersionId id = id(in);
        Lineage lineage = new Lineage(in.uuid());
        long number = in.u64();
        int code = in.u8();
        String state = in.ascii();
        if (number < 1 || number > Integer.MAX_VALUE) {
            throw new MalformedEntryException("a version has the number " + number);
        }
        Kek kek = new Kek(
                id,
                lineage,
                (int) number,
                Mechanism.ofCode(code)
                        .orElseThrow(() -> new MalformedEntryException("mechanism " + code + " is unknown")));
        return new StoredVersion(
                kek,
                Arrays.stream(KeyState.values())
                        .filter(known -> known.name().equals(state))
                        .findFirst()
                        .orElseThrow(() -> new MalformedEntryException("state " + state + " is unknown")),
                in.optionalNumber(),
                provenance(in),
                in.prefixed(),
                in.time(),
                in.optionalTime(),
                in.optionalTime(),
                in.optionalTime(),
                in.optionalTime(),
                0);
    }

    private static Provenance provenance(CanonicalReader in) throws MalformedEntryException {
        return new Provenance(in.flag(), in.flag(), in.flag());
    }
}
