package dev.kekkai.bench;

import dev.kekkai.testing.pkcs11.Counters;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.SoftHsmToken;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** {@code kekkai serve} with a configuration, a SoftHSM token, a store and an audit trail of its own. */
final class KekkaiRig implements Rig {
    private final FaultyModule module;
    private final KekkaiProcess process;
    private final Path gcLog;

    private KekkaiRig(FaultyModule module, KekkaiProcess process, Path gcLog) {
        this.module = module;
        this.process = process;
        this.gcLog = gcLog;
    }

    static KekkaiRig start(ServerSpec spec, Path folder, String javaOptions) throws IOException, InterruptedException {
        SoftHsmToken token = SoftHsmToken.in(folder);
        FaultyModule module = FaultyModule.before(SoftHsmToken.MODULE, folder, token.environment());
        Installation kekkai = Installation.on(token, folder)
                .edit("module: " + SoftHsmToken.MODULE, "module: " + module.path())
                .environment("KEKKAI_CUSTODY_PKCS11_SESSIONS", Integer.toString(spec.sessions()))
                .environment("KEKKAI_BATCHING_MODE", spec.mode());
        kekkai.run("key", "create").succeeded();
        Path gcLog = folder.resolve("gc.log");
        kekkai.environment("KEKKAI_JAVA_OPTS", HEAP + " -Xlog:gc:file=" + gcLog + " " + javaOptions);
        return new KekkaiRig(module, kekkai.serve(), gcLog);
    }

    @Override
    public Path socket() {
        return process.socket();
    }

    @Override
    public ProcessGauges process() {
        return new ProcessGauges(process.pid());
    }

    @Override
    public long hsmOperations() {
        Counters counters = module.counters();
        return counters.calls("C_Encrypt") + counters.calls("C_Decrypt");
    }

    @Override
    public void slow(Duration latency) {
        module.calm();
        if (!latency.isZero()) {
            module.inject(Fault.latency("C_Encrypt", latency));
            module.inject(Fault.latency("C_Decrypt", latency));
        }
    }

    @Override
    public GcLog heap() throws IOException {
        return GcLog.read(gcLog);
    }

    /** Ends it as a supervisor does, so that a recording which was asked for is written. */
    @Override
    public void close() {
        try (process) {
            process.terminate();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
