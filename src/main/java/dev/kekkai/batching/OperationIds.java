package dev.kekkai.batching;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Names operations of the custodian: 16 hexadecimal digits that count up from a random number, so that two runs do not give the same. No secret. */
final class OperationIds {
    private final AtomicLong last = new AtomicLong(ThreadLocalRandom.current().nextLong());

    String next() {
        return HexFormat.of().toHexDigits(last.incrementAndGet());
    }
}
