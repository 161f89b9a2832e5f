package dev.kekkai.testing.pkcs11;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A PKCS#11 module that forwards to a real one and meets its calls with the {@link Fault}s of the moment.
 *
 * <p>Give {@link #path()} to whatever loads a module, in this process or another; each instance is a file of its own. A fault is in force
 * from the next call after {@link #inject} until {@link Injection#lift}.
 */
public final class FaultyModule {
    private final Path library;
    private final Path control;
    private final Path counters;
    private final List<String> lines = new ArrayList<>();
    private Instant lastWrite = Instant.EPOCH;
    private long nextId;

    private FaultyModule(Path folder) {
        this.library = folder.resolve("faulty_pkcs11.so");
        this.control = folder.resolve("control");
        this.counters = folder.resolve("counters");
    }

    /**
     * Puts a module into a folder, and compiles it first if need be.
     *
     * @param real the module to forward to
     * @param environment what the real module finds in the environment during its {@code C_Initialize}, over what the process has
     */
    public static FaultyModule before(Path real, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        FaultyModule module = new FaultyModule(folder.toAbsolutePath());
        Files.copy(FaultyLibrary.built(), module.library);
        StringBuilder conf = new StringBuilder();
        conf.append("KEKKAI_FAULTY_MODULE=").append(real).append('\n');
        conf.append("KEKKAI_FAULTY_CONTROL=").append(module.control).append('\n');
        conf.append("KEKKAI_FAULTY_COUNTERS=").append(module.counters).append('\n');
        environment.forEach(
                (key, value) -> conf.append(key).append('=').append(value).append('\n'));
        Files.writeString(Path.of(module.library + ".conf"), conf);
        return module;
    }

    /** The shared library. */
    public Path path() {
        return library;
    }

    /** Adds a fault to those in force. Its calls are counted from here. */
    public synchronized Injection inject(Fault fault) {
        String line = fault.with("id=" + nextId++).line();
        lines.add(line);
        writeControl();
        return new Injection(this, line);
    }

    /** Closes every session, once, at the next call of any function. */
    public void dropSessions() {
        inject(new Fault("drop-sessions"));
    }

    /** Logs the user out, once, at the next call of any function. */
    public void dropLogin() {
        inject(new Fault("drop-login"));
    }

    /** Lifts every fault. */
    public synchronized void calm() {
        lines.clear();
        writeControl();
    }

    /** What was counted up to now, in every process that this module was loaded into. */
    public Counters counters() {
        try {
            Counters now = Counters.read(counters);
            if (now.controlErrors() > 0) {
                throw new IllegalStateException("the module did not understand its control file: " + lines);
            }
            return now;
        } catch (NoSuchFileException e) {
            throw new IllegalStateException("nobody has loaded " + library + " yet", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void lift(String line) {
        lines.remove(line);
        writeControl();
    }

    /** Replaced whole, and each time with a later mtime, because inode and size may come again within one tick of the clock. */
    private void writeControl() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        lastWrite = now.isAfter(lastWrite) ? now : lastWrite.plus(1, ChronoUnit.MICROS);
        Path fresh = control.resolveSibling("control.new");
        try {
            Files.writeString(fresh, String.join("\n", lines) + "\n");
            Files.setLastModifiedTime(fresh, FileTime.from(lastWrite));
            Files.move(fresh, control, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A fault in force. */
    public static final class Injection implements AutoCloseable {
        private final FaultyModule module;
        private final String line;

        private Injection(FaultyModule module, String line) {
            this.module = module;
            this.line = line;
        }

        /** Ends the fault; calls that hang because of it go on. */
        public void lift() {
            module.lift(line);
        }

        @Override
        public void close() {
            lift();
        }
    }
}
