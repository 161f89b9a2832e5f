package dev.kekkai.audit.file;

import dev.kekkai.audit.AnchorRecord;
import dev.kekkai.audit.AnchorSignature;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.Evidence;
import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.audit.verify.Report;
import dev.kekkai.audit.verify.TrailVerifier;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.AuditAnchor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A trail in memory, written by the code that writes trails, and the anchors that were signed of it. Its lines are there to be tampered with. */
public final class WrittenTrail {
    public static final UUID REPLICA = UUID.fromString("00000000-0000-4000-8000-0000000000aa");
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    public final List<String> lines = new ArrayList<>();
    public final List<AuditAnchor> anchors = new ArrayList<>();
    private final KeyPair key;
    private final UUID replica;
    private final AuditLine writer;
    private ChainHead head = ChainHead.NONE;

    public WrittenTrail() throws GeneralSecurityException {
        this(REPLICA, keyPair());
    }

    private WrittenTrail(UUID replica, KeyPair key) {
        this.replica = replica;
        this.key = key;
        this.writer = new AuditLine(replica);
    }

    public static KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** A trail of another replica of the same installation. */
    public WrittenTrail ofAnotherReplica() {
        return new WrittenTrail(new UUID(9, 9), key);
    }

    /** The one that signs. */
    public KeyPair key() {
        return key;
    }

    public ChainHead head() {
        return head;
    }

    /** Records wraps with these uids. */
    public WrittenTrail wraps(String... uids) {
        for (String uid : uids) {
            write(new AuditEvent("wrap", TenantId.DEFAULT, "c", "v2", uid, "00ff", Outcome.DONE, ""));
        }
        return this;
    }

    public void write(AuditEvent event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        head = writer.append(event, head, TIME, line);
        lines.add(line.toString(StandardCharsets.UTF_8).stripTrailing());
    }

    /** Goes on as a thief would who has the file and not the HSM: from a record on, with hashes of his own. */
    public void remakeFrom(int index, String old, String replacement) {
        List<String> tail = new ArrayList<>(lines.subList(index, lines.size()));
        lines.subList(index, lines.size()).clear();
        String prev = index == 0 ? ChainHead.NOTHING : hashOf(lines.getLast());
        for (String line : tail) {
            String changed = line.replace(old, replacement);
            lines.add(sealed(changed, prev));
            prev = hashOf(lines.getLast());
        }
    }

    /** A line with another predecessor and a hash that fits. */
    public static String sealed(String line, String prev) {
        String body = line.substring(0, line.indexOf(",\"prev\":\"")) + ",\"prev\":\"" + prev + '"';
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return body + ",\"hash\":\"" + new LineHash().of(bytes, bytes.length) + "\"}";
    }

    public static String hashOf(String line) {
        return line.substring(line.length() - 66, line.length() - 2);
    }

    /** What a server does at intervals: signs, keeps, and records it. */
    public AuditAnchor anchor() throws GeneralSecurityException {
        AuditAnchor anchor = signed(key, head.seq(), head.hash());
        anchors.add(anchor);
        write(AnchorRecord.of(anchor));
        return anchor;
    }

    /** What the HSM signs if it is shown the line with this index as it is now. */
    public AuditAnchor anchorOf(int index) throws GeneralSecurityException {
        return signed(key, index + 1, hashOf(lines.get(index)));
    }

    public AuditAnchor signed(KeyPair by, long seq, String hash) throws GeneralSecurityException {
        byte[] digest = HexFormat.of().parseHex(hash);
        Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
        signer.initSign(by.getPrivate());
        signer.update(AnchorSignature.signed(replica, seq, digest, TIME));
        return new AuditAnchor(replica, seq, digest, TIME, signer.sign());
    }

    public Report verify() {
        return verify(0, Optional.empty(), List.of(lines));
    }

    public Report verify(long from, Optional<ChainHead> server, List<List<String>> files) {
        Evidence evidence = new Evidence(
                Optional.of(replica), Optional.of(key.getPublic().getEncoded()), anchors, server, List.of());
        return verify(evidence, from, files);
    }

    public static Report verify(Evidence evidence, long from, List<List<String>> files) {
        TrailVerifier verifier = new TrailVerifier(evidence, from);
        int file = 0;
        for (List<String> lines : files) {
            long number = 0;
            file++;
            for (String line : lines) {
                verifier.collect("f" + file, ++number, line.getBytes(StandardCharsets.UTF_8));
            }
        }
        file = 0;
        for (List<String> lines : files) {
            verifier.file("f" + ++file);
            lines.forEach(line -> verifier.line(line.getBytes(StandardCharsets.UTF_8)));
        }
        return verifier.report();
    }
}
