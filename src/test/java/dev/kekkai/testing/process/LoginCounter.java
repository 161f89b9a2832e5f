package dev.kekkai.testing.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A PKCS#11 module that stands before SoftHSM and writes down each {@code C_Login}. (OpenSC's spy crashes before a module of PKCS#11 2.40.) */
public final class LoginCounter {
    private static final Path SOURCE =
            Path.of(System.getProperty("kekkai.home", ""), "src", "test", "native", "login-counter", "login_counter.c");

    private final Path module;
    private final Path record;

    private LoginCounter(Path module, Path record) {
        this.module = module;
        this.record = record;
    }

    /** Puts the counter between an installation and its token; to be called once. */
    public static LoginCounter before(Installation installation, Path folder) throws IOException, InterruptedException {
        LoginCounter counter =
                new LoginCounter(folder.resolve("login_counter.so"), Files.createFile(folder.resolve("logins")));
        Finished.of(
                        folder,
                        Map.of(),
                        List.of("cc", "-shared", "-fPIC", "-O1", "-o", counter.module.toString(), SOURCE.toString()))
                .succeeded();
        installation
                .edit("module: " + SoftHsmToken.MODULE, "module: " + counter.module)
                .environment("COUNTED_MODULE", SoftHsmToken.MODULE.toString())
                .environment("COUNTED_LOGINS", counter.record.toString());
        return counter;
    }

    /** What each C_Login so far was answered with, as {@code CK_RV} in hex. */
    public List<String> logins() throws IOException {
        return Files.readAllLines(record);
    }
}
