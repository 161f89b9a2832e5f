package dev.kekkai.attestation.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.attestation.LogWriter;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class EventLogPropertiesTest {
    private record Event(int pcr, byte[] data) {}

    @Property(tries = 300)
    void what_was_written_is_read(@ForAll("events") List<Event> events) throws Exception {
        EventLog log = EventLog.parse(write(events));

        assertThat(log.events())
                .extracting(MeasuredEvent::pcr)
                .containsExactlyElementsOf(events.stream().map(Event::pcr).toList());
        for (Event event : events) {
            assertThat(log.digests(HashAlg.SHA256, event.pcr()).stream().map(digest -> digest.hex()))
                    .contains(java.util.HexFormat.of().formatHex(HashAlg.SHA256.digest(event.data())));
        }
    }

    @Property(tries = 100)
    void a_log_that_is_cut_is_refused_or_ends_with_a_whole_event(@ForAll("events") List<Event> events) {
        byte[] whole = write(events);
        int read = 0;
        for (int length = 0; length <= whole.length; length++) {
            Optional<EventLog> log = tryParse(Arrays.copyOf(whole, length));
            if (log.isPresent()) {
                assertThat(log.get().events()).hasSize(read);
                read++;
            }
        }
        assertThat(read).isEqualTo(events.size() + 1);
    }

    @Property
    void random_bytes_are_read_or_refused_and_nothing_else(@ForAll @Size(max = 400) byte[] bytes) {
        tryParse(bytes);
    }

    @Property
    void random_bytes_behind_a_spec_id_are_read_or_refused_and_nothing_else(@ForAll @Size(max = 400) byte[] bytes) {
        tryParse(LogWriter.agile(HashAlg.SHA1, HashAlg.SHA256).raw(bytes).bytes());
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<byte[]> data = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        return Combinators.combine(Arbitraries.integers().between(0, 23), data)
                .as(Event::new)
                .list()
                .ofMaxSize(6);
    }

    private static byte[] write(List<Event> events) {
        LogWriter writer = LogWriter.agile(HashAlg.SHA1, HashAlg.SHA256);
        events.forEach(event -> writer.event(event.pcr(), LogWriter.EV_SEPARATOR, event.data()));
        return writer.bytes();
    }

    private static Optional<EventLog> tryParse(byte[] bytes) {
        try {
            return Optional.of(EventLog.parse(bytes));
        } catch (MalformedEventLogException refused) {
            return Optional.empty();
        }
    }
}
