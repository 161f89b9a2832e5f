package dev.kekkai.testing.attack;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.id.NodeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A gateway that is attacked, with its operator and its audit trail. */
public interface Target {
    int attestPort();

    int servicePort();

    /** What nodes trust. */
    List<X509Certificate> roots();

    /** Enrols a machine in a group that has no policy yet. */
    NodeId enroll(EkFingerprint ek) throws Exception;

    /** Has the node's group accept this and nothing else. */
    void accept(NodeId node, Policy policy) throws Exception;

    void evict(NodeId node) throws Exception;

    /** Lets the next attestation pin an AK anew. */
    void rebaseline(NodeId node) throws Exception;

    /** What was last seen of a node. */
    Optional<Seen> seen(NodeId node) throws Exception;

    /**
     * What was last seen of a node.
     *
     * @param verdict as JSON
     * @param certified for which TLS key it was given a certificate the last time, and until when
     */
    record Seen(boolean accepted, String verdict, String certified) {}

    /** The whole audit trail, in its order. */
    List<Recorded> records() throws Exception;

    /**
     * A node's certificate as of any time, as only the key of the client CA can make one.
     *
     * @param spki SubjectPublicKeyInfo of the node's TLS key
     */
    List<X509Certificate> issued(NodeId node, byte[] spki, Instant when) throws Exception;
}
