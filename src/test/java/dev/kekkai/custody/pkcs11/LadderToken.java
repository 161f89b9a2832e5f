package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.awaitility.Awaitility.await;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.pkcs11.Counters;
import dev.kekkai.testing.pkcs11.FaultyModule;
import dev.kekkai.testing.process.SoftHsmToken;
import dev.kekkai.testing.softhsm.SoftHsm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A SoftHSM token behind the fault-injecting module, opened and served from by our code as in production, with one KEK and something sealed under it. */
final class LadderToken implements AutoCloseable {
    static final byte[] AAD = "associated".getBytes(StandardCharsets.US_ASCII);
    static final Duration LONG = Duration.ofSeconds(30);

    final SoftHsmToken softHsm;
    final FaultyModule module;
    final Pkcs11Token token;
    final Pkcs11Custodian custodian;
    final Kek kek;
    final SealedBox box;

    private LadderToken(Path folder, int sessions, Duration stuckAfter, int maxStuck) throws Exception {
        softHsm = SoftHsmToken.in(folder);
        module = FaultyModule.before(SoftHsmToken.MODULE, folder, softHsm.environment());
        token = open(module, softHsm, folder, new TokenLife.Bounds(sessions, stuckAfter, maxStuck));
        custodian = token.custodian();
        kek = OpenToken.freshKek();
        result(token.inventory().generate(kek));
        box = seal();
    }

    /** Opens a token as the server does. */
    static Pkcs11Token open(FaultyModule module, SoftHsmToken softHsm, Path folder, TokenLife.Bounds bounds)
            throws Exception {
        return Pkcs11Token.open(
                new KekkaiConfig.Custody(
                        SoftHsm.PROFILE,
                        new KekkaiConfig.Pkcs11(
                                module.path(),
                                SoftHsmToken.LABEL,
                                softHsm.pinFile(),
                                bounds.sessions(),
                                bounds.stuckAfter(),
                                bounds.maxStuck(),
                                true)),
                Files.createDirectories(folder.resolve("state")));
    }

    /** With four sessions, and so much time for a call that none is ever written off. */
    static LadderToken in(Path folder) throws Exception {
        return new LadderToken(folder, 4, Duration.ofMinutes(1), 16);
    }

    static LadderToken in(Path folder, int sessions, Duration stuckAfter, int maxStuck) throws Exception {
        return new LadderToken(folder, sessions, stuckAfter, maxStuck);
    }

    SealedBox seal() throws Exception {
        return result(custodian.seal(kek, AAD, Secret.owning(new byte[32])));
    }

    byte[] open(SealedBox sealed) throws Exception {
        try (Secret opened = result(custodian.open(kek, AAD, sealed))) {
            return opened.lent().clone();
        }
    }

    Counters counters() {
        return module.counters();
    }

    CustodyState state() {
        return token.state();
    }

    boolean up() {
        return state().link() == CustodyState.Link.UP;
    }

    /** Waits for the breaker to open; answers with the reason. */
    String awaitDown() {
        await().atMost(LONG).until(() -> state().link() == CustodyState.Link.DOWN);
        return state().reason();
    }

    /** Waits until work is let through; answers how long that took, in milliseconds. */
    long awaitUp() {
        long begin = System.nanoTime();
        await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(this::up);
        return (System.nanoTime() - begin) / 1_000_000;
    }

    /** Threads of ours that are alive, those of other tokens in this process included. */
    static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("kekkai-hsm-"))
                .count();
    }

    @Override
    public void close() {
        module.calm();
        token.close();
    }
}
