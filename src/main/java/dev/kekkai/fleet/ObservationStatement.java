package dev.kekkai.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kekkai.id.NodeId;
import dev.kekkai.store.StoredObservation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * What a gateway signs of a row, in two statements, since the counters of a row may be of another gateway than the rest of it:
 *
 * <pre>
 * seen     = LP("kekkai/observation/seen/1") | node 16 | at u64 | accepted u8 | LP(verdict) | OPT(trust) | OPT(tls key) | certificate ends | LP(gateway)
 * counters = LP("kekkai/observation/counters/1") | node 16 | era u32 | resets u64 | restarts u64
 * </pre>
 *
 * with numbers in big-endian order, times in milliseconds since 1970, LP a u32 length and the bytes in UTF-8, OPT a u8 that is 1 where an LP follows
 * and 0 where there is nothing; the certificate's end likewise, a u64.
 */
final class ObservationStatement {
    private static final String SEEN = "kekkai/observation/seen/1";
    private static final String COUNTERS = "kekkai/observation/counters/1";
    private static final long NONE = -1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private ObservationStatement(String domain, NodeId node) {
        text(domain);
        number(node.value().getMostSignificantBits());
        number(node.value().getLeastSignificantBits());
    }

    static byte[] seen(StoredObservation it) {
        ObservationStatement statement = new ObservationStatement(SEEN, it.node());
        statement.number(it.at().toEpochMilli());
        statement.flag(it.accepted());
        statement.text(it.verdict());
        statement.optional(it.trust());
        statement.optional(it.tlsKey());
        statement.flag(it.certificateEnds().isPresent());
        it.certificateEnds().map(Instant::toEpochMilli).ifPresent(statement::number);
        statement.text(it.gateway());
        return statement.out.toByteArray();
    }

    /** Of a row that has none yet, too: that its counters are not known in that era. */
    static byte[] counters(StoredObservation it) {
        ObservationStatement statement = new ObservationStatement(COUNTERS, it.node());
        statement.out.writeBytes(
                ByteBuffer.allocate(Integer.BYTES).putInt(it.counterEra()).array());
        statement.number(it.counters().map(StoredObservation.Counters::resets).orElse(NONE));
        statement.number(it.counters().map(StoredObservation.Counters::restarts).orElse(NONE));
        return statement.out.toByteArray();
    }

    private void number(long value) {
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    private void flag(boolean value) {
        out.write(value ? 1 : 0);
    }

    private void text(String value) {
        byte[] bytes = value.getBytes(UTF_8);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }

    private void optional(Optional<String> value) {
        flag(value.isPresent());
        value.ifPresent(this::text);
    }
}
