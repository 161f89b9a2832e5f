package dev.kekkai.agent;

import dev.kekkai.wire.gateway.v1.Answer;

/** What happens on a session. Called on gRPC's threads; nothing here blocks. */
interface SessionEvents {
    /** A call has its answer. */
    void answered(Session session, RemoteCall<?> call, Answer answer);

    /** The session ended before a call was answered. */
    void lost(Session session, RemoteCall<?> call);

    /** Its status, or whether it is open, changed. */
    void changed(Session session);
}
