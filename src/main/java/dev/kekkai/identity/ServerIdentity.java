package dev.kekkai.identity;

import dev.kekkai.custody.CustodyException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The key and certificate that new connections are made with, renewed while the process runs; what is connected already stays as it is. An HSM that is
 * away delays a renewal: it is tried from half of the lifetime on, every minute.
 */
public final class ServerIdentity extends X509ExtendedKeyManager {
    private static final Logger LOG = Logger.getLogger(ServerIdentity.class);
    private static final String TYPE = "EC";
    private static final long LOOK_SECONDS = 60;

    private final CertificateAuthority root;
    private final List<String> names;
    private final InstantSource clock;
    /** By alias: the current one, and the one before it, which a handshake under way may have chosen. */
    private final Map<String, ServerCredential> byAlias = new ConcurrentHashMap<>();

    private volatile int current;

    private ServerIdentity(CertificateAuthority root, List<String> names, InstantSource clock) {
        this.root = root;
        this.names = List.copyOf(names);
        this.clock = clock;
    }

    /**
     * Makes the first key and certificate. Blocks on the HSM.
     *
     * @param names DNS names and literal addresses that nodes reach this gateway by; at least one
     */
    public static ServerIdentity make(CertificateAuthority root, List<String> names, InstantSource clock)
            throws CustodyException {
        ServerIdentity identity = new ServerIdentity(root, names, clock);
        identity.renew();
        return identity;
    }

    /** Renews it when it is due, as long as the timer runs. */
    public void keepFresh(ScheduledExecutorService timer) {
        var unused = timer.scheduleWithFixedDelay(this::renewIfDue, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    /** Renews it now, whether it is due or not: after the clock was set nobody knows. Blocks on the HSM. */
    public synchronized void renewNow() throws CustodyException {
        renew();
    }

    /** Throws nothing: a task that threw once would never run again. */
    synchronized void renewIfDue() {
        try {
            if (!due()) {
                return;
            }
            renew();
            LOG.infof(
                    "The gateway's certificate was renewed, until %s",
                    certificate().getNotAfter().toInstant());
        } catch (CustodyException e) {
            LOG.warnf(
                    "The gateway's certificate could not be renewed and is good until %s: %s",
                    certificate().getNotAfter().toInstant(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "The gateway's certificate could not be renewed for a reason that was not foreseen; the next look is in %d s",
                    LOOK_SECONDS);
        }
    }

    /** From half of its lifetime on, and also if the clock was set back to before it was made. */
    private boolean due() {
        X509Certificate certificate = certificate();
        return clock.instant()
                        .isAfter(certificate.getNotAfter().toInstant().minus(ServerCredential.LIFETIME.dividedBy(2)))
                || clock.instant().isBefore(certificate.getNotBefore().toInstant());
    }

    /** A new key, and a certificate for it. */
    private void renew() throws CustodyException {
        ServerCredential made = ServerCredential.make(root, names, clock.instant());
        int next = current + 1;
        byAlias.put(alias(next), made);
        current = next;
        byAlias.remove(alias(next - 2));
    }

    private static String alias(int number) {
        return "server-" + number;
    }

    /** What new connections are shown. */
    public X509Certificate certificate() {
        return credential().chain().getFirst();
    }

    /**
     * What this gateway said.
     *
     * @param certificate for the key that signed
     * @param signature ECDSA over SHA-256, r ‖ s of 32 bytes each
     */
    public record Said(X509Certificate certificate, byte[] signature) {}

    /**
     * Signs with the key of what new connections are shown; from memory, without the HSM. TLS signs nothing that could begin as it does (RFC 8446
     * §4.4.3).
     *
     * @param message that begins with a length of less than 2^24
     */
    public Said sign(byte[] message) {
        ServerCredential credential = credential();
        try {
            Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
            signer.initSign(credential.key());
            signer.update(message);
            return new Said(credential.chain().getFirst(), signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that was made here cannot sign", e);
        }
    }

    private ServerCredential credential() {
        ServerCredential credential = byAlias.get(alias(current));
        if (credential == null) {
            throw new IllegalStateException("there is always a current certificate");
        }
        return credential;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return TYPE.equals(keyType) ? new String[] {alias(current)} : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return TYPE.equals(keyType) ? alias(current) : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return TYPE.equals(keyType) ? alias(current) : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        ServerCredential credential = byAlias.get(alias);
        return credential == null ? null : credential.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        ServerCredential credential = byAlias.get(alias);
        return credential == null ? null : credential.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
