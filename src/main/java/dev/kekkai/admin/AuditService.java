package dev.kekkai.admin;

import com.google.protobuf.ByteString;
import dev.kekkai.audit.Anchoring;
import dev.kekkai.audit.AuditCopies;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.ChainedTrail;
import dev.kekkai.store.AuditAnchors;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.Anchor;
import dev.kekkai.wire.admin.v1.AuditGrpc;
import dev.kekkai.wire.admin.v1.GetTrailRequest;
import dev.kekkai.wire.admin.v1.ListAnchorsRequest;
import dev.kekkai.wire.admin.v1.ListAnchorsResponse;
import dev.kekkai.wire.admin.v1.Trail;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Answers {@code kekkai audit} from inside the running server: what is known of the trail besides its files. */
public final class AuditService implements AuditGrpc.AsyncService {
    private static final int PAGE = 1000;

    private final ChainedTrail trail;
    private final Anchoring anchoring;
    private final AuditAnchors anchors;
    private final AuditCopies syslog;
    private final AuditCopies otlp;

    /**
     * @param syslog copies there, or {@link AuditCopies#NONE}
     * @param otlp copies at a collector, or {@link AuditCopies#NONE}
     */
    public AuditService(
            ChainedTrail trail, Anchoring anchoring, AuditAnchors anchors, AuditCopies syslog, AuditCopies otlp) {
        this.trail = trail;
        this.anchoring = anchoring;
        this.anchors = anchors;
        this.syslog = syslog;
        this.otlp = otlp;
    }

    @Override
    public void getTrail(GetTrailRequest request, StreamObserver<Trail> observer) {
        ChainHead head = trail.head();
        Trail.Builder answer = Trail.newBuilder()
                .setReplica(trail.replica().toString())
                .setHeadSeq(head.seq())
                .setHeadHash(head.hash())
                .setProblem(anchoring.problem())
                .setSyslogDropped(syslog.dropped())
                .setSyslogProblem(syslog.problem())
                .setOtlpDropped(otlp.dropped())
                .setOtlpProblem(otlp.problem());
        anchoring.last().ifPresent(last -> answer.setAnchoredSeq(last.seq())
                .setAnchoredMillis(last.time().toEpochMilli()));
        observer.onNext(answer.build());
        observer.onCompleted();
    }

    @Override
    public void listAnchors(ListAnchorsRequest request, StreamObserver<ListAnchorsResponse> observer) {
        try {
            ListAnchorsResponse.Builder answer = ListAnchorsResponse.newBuilder();
            anchoring.publicKey().ifPresent(key -> answer.setPublicKey(ByteString.copyFrom(key)));
            anchors.of(trail.replica(), Math.max(0, request.getAfterSeq()), PAGE)
                    .forEach(anchor -> answer.addAnchors(Anchor.newBuilder()
                            .setSeq(anchor.seq())
                            .setHash(ByteString.copyFrom(anchor.hash()))
                            .setSignedMillis(anchor.time().toEpochMilli())
                            .setSignature(ByteString.copyFrom(anchor.signature()))));
            observer.onNext(answer.build());
            observer.onCompleted();
        } catch (StoreException e) {
            observer.onError(Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException());
        }
    }
}
