package dev.kekkai.attestation.eventlog;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads one log strictly, from front to back. The first event is always in the legacy form and says how the others are written. */
final class EventLogReader {
    /** {@code EV_NO_ACTION}: extends nothing, and its PCR index means nothing. Were it put on an event that extends, the replay would fail. */
    private static final long NO_ACTION = 3;

    private static final byte[] STARTUP_LOCALITY = "StartupLocality\0".getBytes(StandardCharsets.US_ASCII);
    private static final Set<Integer> STARTUP_LOCALITIES = Set.of(0, 3, 4);

    private final LogCursor in;
    private final List<MeasuredEvent> events = new ArrayList<>();
    private int read;
    private int startupLocality;
    private boolean localitySeen;

    EventLogReader(byte[] bytes) {
        in = new LogCursor(bytes);
    }

    EventLog read() throws MalformedEventLogException {
        if (in.atEnd()) {
            throw in.malformed("it is empty");
        }
        byte[] first = legacyEvent();
        if (!SpecId.begins(first) || !events.isEmpty()) {
            while (!in.atEnd()) {
                legacyEvent();
            }
            return new EventLog(EventLog.Format.LEGACY, startupLocality, events);
        }
        SpecId spec = SpecId.parse(first);
        while (!in.atEnd()) {
            agileEvent(spec);
        }
        return new EventLog(EventLog.Format.CRYPTO_AGILE, startupLocality, events);
    }

    /** {@code TCG_PCClientPCREvent}; gives its data. */
    private byte[] legacyEvent() throws MalformedEventLogException {
        long pcr = in.u32("an event's PCR");
        long type = in.u32("an event's type");
        Digest sha1 = Digest.of(HashAlg.SHA1, in.take(HashAlg.SHA1.length(), "an event's digest"));
        byte[] data = data();
        note(pcr, type, Map.of(HashAlg.SHA1, sha1), data);
        return data;
    }

    /** {@code TCG_PCR_EVENT2}. */
    private void agileEvent(SpecId spec) throws MalformedEventLogException {
        long pcr = in.u32("an event's PCR");
        long type = in.u32("an event's type");
        Map<HashAlg, Digest> digests = digests(spec);
        note(pcr, type, digests, data());
    }

    private Map<HashAlg, Digest> digests(SpecId spec) throws MalformedEventLogException {
        long count = in.u32("an event's number of digests");
        if (count > spec.digestSizes().size()) {
            throw in.malformed("an event has more digests than the Spec ID has algorithms");
        }
        Map<HashAlg, Digest> digests = new EnumMap<>(HashAlg.class);
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int algorithm = in.u16("a digest's algorithm");
            Integer size = spec.digestSizes().get(algorithm);
            if (size == null || !seen.add(algorithm)) {
                throw in.malformed("an event has a digest twice, or one that the Spec ID does not name");
            }
            byte[] digest = in.take(size, "a digest");
            HashAlg.ofId(algorithm).ifPresent(bank -> digests.put(bank, Digest.of(bank, digest)));
        }
        return digests;
    }

    private byte[] data() throws MalformedEventLogException {
        return in.take(in.u32("an event's size"), "an event's data");
    }

    private void note(long pcr, long type, Map<HashAlg, Digest> digests, byte[] data)
            throws MalformedEventLogException {
        read++;
        if (read > EventLog.MAX_EVENTS) {
            throw in.malformed("it has too many events");
        }
        if (type == NO_ACTION) {
            noteLocality(data);
        } else if (pcr > Selection.LAST) {
            throw in.malformed("an event extends a PCR that no TPM has");
        } else {
            events.add(new MeasuredEvent((int) pcr, digests));
        }
    }

    /** {@code TCG_EfiStartupLocalityEvent}, §10.4.5.3: at most once, before PCR 0 was extended. */
    private void noteLocality(byte[] data) throws MalformedEventLogException {
        int length = STARTUP_LOCALITY.length;
        if (data.length != length + 1 || !Arrays.equals(data, 0, length, STARTUP_LOCALITY, 0, length)) {
            return;
        }
        if (localitySeen
                || events.stream().anyMatch(event -> event.pcr() == 0)
                || !STARTUP_LOCALITIES.contains((int) data[length])) {
            throw in.malformed("a StartupLocality comes twice, too late, or names none that there is");
        }
        localitySeen = true;
        startupLocality = data[length];
    }
}
