package dev.kekkai.testing.agent;

import dev.kekkai.config.KekkaiConfig.TpmAddress;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.HashAlg;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A TPM on whose machine firmware, loader and kernel were measured, left to whoever connects next. */
public final class BootedTpm implements AutoCloseable {
    private final Swtpm swtpm;

    private BootedTpm(Swtpm swtpm) {
        this.swtpm = swtpm;
    }

    public static BootedTpm start() throws IOException, TpmException {
        Swtpm swtpm = Swtpm.start();
        try (Tpm tpm = Tpms.connect(swtpm)) {
            for (int pcr : new int[] {0, 2, 4, 7}) {
                byte[] measured = ("measured into " + pcr).getBytes(StandardCharsets.UTF_8);
                new PcrCommands(tpm).extend(pcr, Map.of(HashAlg.SHA256, HashAlg.SHA256.digest(measured)));
            }
        }
        return new BootedTpm(swtpm);
    }

    public TpmAddress address() {
        return new TpmAddress(((UnixDomainSocketAddress) swtpm.address()).getPath(), true);
    }

    public Swtpm swtpm() {
        return swtpm;
    }

    @Override
    public void close() throws IOException {
        swtpm.close();
    }
}
