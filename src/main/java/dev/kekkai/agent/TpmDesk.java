package dev.kekkai.agent;

import dev.kekkai.attestation.prover.EkChoice;
import dev.kekkai.attestation.prover.Hierarchies;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.attestation.prover.ProverException;
import dev.kekkai.config.KekkaiConfig.TpmAddress;
import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.Leftovers;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.transport.DeviceTransport;
import dev.kekkai.tpm.transport.SocketTransport;
import dev.kekkai.tpm.transport.TpmTransport;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The node's TPM, opened for each piece of work and closed after it, so that others on the node find it free and the kernel flushes whatever
 * an interrupted piece left. Behind a socket there is no kernel, and nobody else while it is connected: what is there is flushed first. One piece
 * of work at a time.
 */
final class TpmDesk {
    /** An RSA key takes some chips half a minute. */
    private static final Duration COMMAND = Duration.ofSeconds(60);

    private final TpmAddress address;
    private final Optional<EkTemplate> configured;
    private @Nullable EkTemplate chosen;

    /** @param configured which EK the node is known by; empty to let {@link EkChoice} find it, once */
    TpmDesk(TpmAddress address, Optional<EkTemplate> configured) {
        this.address = address;
        this.configured = configured;
    }

    /** Something that the TPM is to do. */
    interface Work<T> {
        T with(Prover prover) throws TpmException, ProverException;
    }

    /** Does it, on the caller's thread. */
    synchronized <T> T work(Work<T> work) throws TpmException, ProverException {
        try (Secret noAuth = Secret.owning(new byte[0]);
                Tpm tpm = new Tpm(connect(), COMMAND)) {
            if (address.socket()) {
                Leftovers.flush(tpm);
            }
            Hierarchies hierarchies = new Hierarchies(noAuth);
            return work.with(new Prover(tpm, template(tpm, hierarchies), hierarchies));
        }
    }

    private EkTemplate template(Tpm tpm, Hierarchies hierarchies) throws TpmException, ProverException {
        EkTemplate template = chosen;
        if (template == null) {
            template = configured.isPresent() ? configured.get() : EkChoice.of(tpm, hierarchies);
            chosen = template;
        }
        return template;
    }

    private TpmTransport connect() throws TpmException {
        return address.socket()
                ? SocketTransport.connect(UnixDomainSocketAddress.of(address.path()), COMMAND)
                : DeviceTransport.open(address.path());
    }
}
