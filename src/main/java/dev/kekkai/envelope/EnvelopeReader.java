package dev.kekkai.envelope;

import dev.kekkai.id.VersionId;
import java.util.Arrays;

/** Reads one envelope strictly, from front to back. A field is copied only after it is known to lie inside the input. */
final class EnvelopeReader {
    private final byte[] bytes;
    private int at;

    EnvelopeReader(byte[] bytes) {
        this.bytes = bytes;
    }

    Envelope read() throws MalformedEnvelopeException {
        if (bytes.length > EnvelopeLength.MAX) {
            throw new MalformedEnvelopeException("no envelope is this long", EnvelopeLength.MAX);
        }
        Header header = header();
        byte[] iv = iv(header.mechanism());
        byte[] box = box(header);
        return switch (header.layout()) {
            case SINGLE -> {
                end();
                yield new Envelope.Single(header, iv, box);
            }
            case BATCH -> new Envelope.Batch(header, iv, box, take(EnvelopeLength.LEAF_IV, "leaf iv"), leaf());
        };
    }

    private Header header() throws MalformedEnvelopeException {
        if (number(1, "format version") != Header.FORMAT_VERSION) {
            throw malformed("the format version is unknown", 1);
        }
        int layoutCode = number(1, "layout");
        Layout layout = Layout.ofCode(layoutCode).orElseThrow(() -> malformed("the layout is unknown", 1));
        int mechanismCode = number(1, "mechanism");
        Mechanism mechanism =
                Mechanism.ofCode(mechanismCode).orElseThrow(() -> malformed("the mechanism is unknown", 1));
        return new Header(layout, mechanism, VersionId.of(take(VersionId.LENGTH, "version id")));
    }

    private byte[] iv(Mechanism mechanism) throws MalformedEnvelopeException {
        int length = number(1, "iv length");
        if (!EnvelopeLength.ivFits(mechanism, length)) {
            throw malformed("the mechanism has no iv of this length", 1);
        }
        return take(length, "iv");
    }

    private byte[] box(Header header) throws MalformedEnvelopeException {
        int length = number(2, "box length");
        if (!EnvelopeLength.boxFits(header.layout(), header.mechanism(), length)) {
            throw malformed("the layout and mechanism have no box of this length", 2);
        }
        return take(length, "box");
    }

    private byte[] leaf() throws MalformedEnvelopeException {
        int length = bytes.length - at;
        if (!EnvelopeLength.leafFits(length)) {
            throw malformed("no leaf has this length", 0);
        }
        return take(length, "leaf");
    }

    private void end() throws MalformedEnvelopeException {
        if (at != bytes.length) {
            throw malformed("bytes follow the end", 0);
        }
    }

    /** An unsigned big-endian number. */
    private int number(int length, String what) throws MalformedEnvelopeException {
        int number = 0;
        for (byte b : take(length, what)) {
            number = (number << 8) | (b & 0xFF);
        }
        return number;
    }

    private byte[] take(int length, String what) throws MalformedEnvelopeException {
        if (bytes.length - at < length) {
            throw new MalformedEnvelopeException("it ends inside the " + what, bytes.length);
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /** For a field that was just read: the fault lies where it begins. */
    private MalformedEnvelopeException malformed(String what, int back) {
        return new MalformedEnvelopeException(what, at - back);
    }
}
