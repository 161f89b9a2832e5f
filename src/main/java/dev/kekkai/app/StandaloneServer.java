package dev.kekkai.app;

import dev.kekkai.admin.rest.ServedParts;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.dek.Health;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.kms.KmsEndpoint;
import dev.kekkai.store.StoreException;
import dev.kekkai.uds.SocketUnusableException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/** The role {@code standalone}: one keyring, one HSM, the KMS socket and the admin socket. */
public final class StandaloneServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StandaloneServer.class);

    private final Deque<AutoCloseable> open;
    private final KeySide keys;

    private StandaloneServer(Deque<AutoCloseable> open, KeySide keys) {
        this.open = open;
        this.keys = keys;
    }

    /**
     * Opens everything and begins to serve. The KMS socket appears last, when a wrap would work.
     *
     * @param version of Kekkai, shown to the apiserver and to operators
     */
    public static StandaloneServer start(KekkaiConfig config, String version)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        return start(config, version, trail -> trail);
    }

    /** For the bench, which measures what it costs to record wraps and unwraps. */
    static StandaloneServer start(KekkaiConfig config, String version, UnaryOperator<AuditTrail> wraps)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        boolean done = false;
        try {
            KeySide keys = KeySide.open(config, version, List.of(), wraps, open);
            open.push(KmsEndpoint.start(config.kms(), keys.dek(), TenantId.DEFAULT, version));
            LOG.infof("KMS v2 and v1beta1 are served on %s", config.kms().socket());
            done = true;
            return new StandaloneServer(open, keys);
        } finally {
            if (!done) {
                Workbench.closeAll(open);
            }
        }
    }

    /** What the background probe of the HSM last found. */
    public Health health() {
        return keys.health();
    }

    /** Why only a restart of this process helps, if that is so. */
    public Optional<String> hopeless() {
        return keys.hopeless();
    }

    /** The keyring in service. */
    public Snapshot snapshot() {
        return keys.keyring().snapshot();
    }

    /** What the admin API is about. */
    public ServedParts parts() {
        return keys.parts();
    }

    @Override
    public void close() {
        Workbench.closeAll(open);
    }
}
