package dev.kekkai.bench.micro;

import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.Layout;
import dev.kekkai.envelope.MalformedEnvelopeException;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.VersionId;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the ciphertext format costs a call: writing and reading the envelope of a 32-byte DEK under AES-GCM. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EnvelopeBenchmark {
    private static final int DEK = 32;
    private static final int TAG = 16;
    private static final int IV = 12;

    @Param
    Layout layout;

    private Header header;
    private byte[] iv;
    private byte[] box;
    private byte[] leaf;
    private byte[] encoded;

    @Setup
    public void fill() {
        header = new Header(layout, Mechanism.AES_GCM, VersionId.of(new byte[VersionId.LENGTH]));
        iv = new byte[IV];
        box = new byte[DEK + TAG];
        leaf = new byte[DEK + TAG];
        encoded = encode();
    }

    @Benchmark
    public byte[] encode() {
        return switch (layout) {
            case SINGLE -> new Envelope.Single(header, iv, box).encode();
            case BATCH -> new Envelope.Batch(header, iv, box, iv, leaf).encode();
        };
    }

    @Benchmark
    public Envelope parse() throws MalformedEnvelopeException {
        return Envelope.parse(encoded);
    }

    @Benchmark
    public byte[] associatedData() {
        return AssociatedData.box(header);
    }
}
