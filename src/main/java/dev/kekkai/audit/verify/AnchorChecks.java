package dev.kekkai.audit.verify;

import dev.kekkai.audit.AnchorSignature;
import dev.kekkai.store.AuditAnchor;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;

/** The anchors of one trail whose signatures hold, by the record that they are of. */
final class AnchorChecks {
    private final TreeMap<Long, Signed> signed = new TreeMap<>();
    private long provedTo;
    private Optional<Instant> provedAt = Optional.empty();

    private record Signed(String hash, Instant time, boolean two) {}

    /** Takes an anchor in; answers whether the HSM signed it. */
    boolean add(byte[] publicKey, AuditAnchor anchor) {
        if (!AnchorSignature.verifies(publicKey, anchor)) {
            return false;
        }
        Signed one = new Signed(HexFormat.of().formatHex(anchor.hash()), anchor.time(), false);
        signed.merge(
                anchor.seq(),
                one,
                (known, another) -> known.hash().equals(another.hash())
                        ? known
                        : new Signed(known.hash() + another.hash(), another.time(), true));
        return true;
    }

    /** What the HSM signed of a record that is in the trail: nothing, this, or something else. */
    Optional<String> contradiction(long seq, String hash) {
        Signed anchor = signed.get(seq);
        if (anchor == null) {
            return Optional.empty();
        }
        if (anchor.two()) {
            return Optional.of("the HSM signed two different records " + seq
                    + " of this replica: its trail was cut or exchanged, and went on");
        }
        if (!anchor.hash().equals(hash)) {
            return Optional.of("the HSM signed another record " + seq + ": this one, or one "
                    + (provedTo == 0 ? "before it" : "after record " + provedTo)
                    + ", was exchanged, and all hashes from there on were made anew");
        }
        provedTo = seq;
        provedAt = Optional.of(anchor.time());
        return Optional.empty();
    }

    /** The highest record that the HSM signed, or 0. */
    long highest() {
        return signed.isEmpty() ? 0 : signed.lastKey();
    }

    long below(long seq) {
        return signed.headMap(seq).size();
    }

    long provedTo() {
        return provedTo;
    }

    Optional<Instant> provedAt() {
        return provedAt;
    }
}
