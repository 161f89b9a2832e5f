package dev.kekkai.testing.agent;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.prover.EkChoice;
import dev.kekkai.attestation.prover.Hierarchies;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.attestation.prover.ProverException;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.config.KekkaiConfig.TpmAddress;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.HashAlg;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A TPM on whose machine firmware, loader and kernel were measured, left to whoever connects next. */
public final class BootedTpm implements AutoCloseable {
    private static final int[] PCRS = {0, 2, 4, 7};

    private final Swtpm swtpm;

    private BootedTpm(Swtpm swtpm) {
        this.swtpm = swtpm;
    }

    public static BootedTpm start() throws IOException, TpmException {
        return booted(Swtpm.start(), "kernel");
    }

    /** Boots a TPM into a kernel, as it comes after {@link Swtpm#losePower}. */
    public static BootedTpm booted(Swtpm swtpm, String kernel) throws TpmException {
        try (Tpm tpm = Tpms.connect(swtpm)) {
            for (int pcr : PCRS) {
                new PcrCommands(tpm).extend(pcr, Map.of(HashAlg.SHA256, measured(pcr, kernel)));
            }
        }
        return new BootedTpm(swtpm);
    }

    private static byte[] measured(int pcr, String kernel) {
        String what = pcr == 4 ? kernel : "measured into " + pcr;
        return HashAlg.SHA256.digest(what.getBytes(StandardCharsets.UTF_8));
    }

    /** The PCRs of a machine that booted this kernel. */
    public static Map<Integer, byte[]> pcrs(String kernel) {
        Map<Integer, byte[]> values = new HashMap<>();
        for (int pcr : PCRS) {
            values.put(pcr, HashAlg.SHA256.digest(new byte[32], measured(pcr, kernel)));
        }
        return values;
    }

    /** What an agent on its machine is enrolled by, for which nobody else may be connected to it. */
    public EkFingerprint ek() throws TpmException, ProverException, Refusal {
        try (Tpm tpm = Tpms.connect(swtpm)) {
            Hierarchies noAuth = new Hierarchies(Secret.owning(new byte[0]));
            return EkFingerprint.nameOf(EndorsementKey.parse(new Prover(tpm, EkChoice.of(tpm, noAuth), noAuth)
                    .identity()
                    .ek()
                    .bytes()));
        }
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
