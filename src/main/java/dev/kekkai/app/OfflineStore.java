package dev.kekkai.app;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.authority.Mover;
import dev.kekkai.authority.Mover.Imported;
import dev.kekkai.authority.StoreExport;
import dev.kekkai.authority.file.ExportFile;
import dev.kekkai.authority.file.ExportReader;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Takes a whole store out of its database, or into one, while no server works on it. */
public final class OfflineStore implements AutoCloseable {
    private final Workbench bench;
    private final String operator;

    private OfflineStore(Workbench bench, String operator) {
        this.bench = bench;
        this.operator = operator;
    }

    /** Opens the store of a configuration, to look only. */
    public static OfflineStore toExport(KekkaiConfig config, String operator)
            throws StartException, StoreException, CustodyException, AuditException {
        return open(config, Workbench.Purpose.LOOK, operator);
    }

    /** Opens the store of a configuration, whatever is in it. */
    public static OfflineStore toImport(KekkaiConfig config, String operator)
            throws StartException, StoreException, CustodyException, AuditException {
        return open(config, Workbench.Purpose.REPAIR, operator);
    }

    private static OfflineStore open(KekkaiConfig config, Workbench.Purpose purpose, String operator)
            throws StartException, StoreException, CustodyException, AuditException {
        return new OfflineStore(
                Workbench.open(config, purpose)
                        .orElseThrow(() -> new StartException("another Kekkai works with "
                                + config.store().path().getParent()
                                + ": stop it first, so that nothing changes meanwhile")),
                operator);
    }

    /** Proves and signs the store, and writes it to a file that must not exist, mode 0600. */
    public StoreExport export(Path file, boolean dryRun) throws StoreException, AuditException, IOException {
        StoreExport export = mover().export();
        if (!dryRun) {
            record("store.export", "to " + file + ", serial " + export.head().serial());
            write(export, file);
        }
        return export;
    }

    private static void write(StoreExport export, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                OutputStream out = Channels.newOutputStream(channel)) {
            ExportFile.write(export, out);
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " exists already: name another file, or remove it", e);
        }
    }

    /** Verifies an export and puts it in the place of what is there. */
    public Imported restore(Path file, boolean replace, boolean dryRun) throws StoreException, AuditException {
        StoreExport export = ExportReader.read(file);
        if (!dryRun) {
            mover().restore(export, replace, true);
            record("store.import", "from " + file + ", serial " + export.head().serial());
        }
        return mover().restore(export, replace, dryRun);
    }

    private Mover mover() {
        return new Mover(bench.store(), bench.storeBench().notary());
    }

    private void record(String action, String what) throws AuditException {
        bench.audit().record(new AuditEvent(action, TenantId.DEFAULT, operator, "cli", "", "", Outcome.DONE, what));
    }

    @Override
    public void close() {
        bench.close();
    }
}
