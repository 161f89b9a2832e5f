package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.testing.pkcs11.FaultyModule;
import dev.kekkai.testing.softhsm.SoftHsm;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.CK_GCM_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A SoftHSM token of one test behind the fault-injecting module, initialised, logged in, with one AES key. */
final class FaultyToken implements AutoCloseable {
    static final String PIN = "sesame-1234";
    static final byte[] ID = {1};
    static final byte[] DATA = "a data encryption key, 32 bytes.".getBytes(StandardCharsets.US_ASCII);
    static final byte[] AAD = "about".getBytes(StandardCharsets.US_ASCII);
    static final byte[] IV = new byte[12];

    private static final Path SOFTHSM = Path.of("/usr/lib/softhsm/libsofthsm2.so");
    private static final Path WRAPPER = Path.of("target", "native", "wrapper").toAbsolutePath();

    final FaultyModule module;
    final Pkcs11Session session;
    final long key;
    Cryptoki cryptoki;

    private FaultyToken(FaultyModule module) throws Exception {
        this.module = module;
        this.cryptoki = initialize();
        this.session = open();
        session.login(PIN.toCharArray());
        this.key = session.generateKey(Attributes.mechanism(CKM_AES_KEY_GEN, null), template(ID));
    }

    static FaultyToken in(Path folder) throws Exception {
        Path conf = folder.resolve("softhsm2.conf");
        Path tokens = Files.createDirectory(folder.resolve("tokens"));
        Files.writeString(
                conf, "directories.tokendir = " + tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        makeToken(conf);
        return new FaultyToken(FaultyModule.before(SOFTHSM, folder, Map.of("SOFTHSM2_CONF", conf.toString())));
    }

    private static void makeToken(Path conf) throws IOException, InterruptedException {
        ProcessBuilder utility = new ProcessBuilder(
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "faulty",
                "--pin",
                PIN,
                "--so-pin",
                "puk-87654321");
        utility.environment().put("SOFTHSM2_CONF", conf.toString());
        Process process = utility.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("softhsm2-util: " + said);
        }
    }

    Cryptoki initialize() throws Exception {
        return Cryptoki.initialize(module.path(), WRAPPER, SoftHsm.PROFILE);
    }

    long slot() throws Exception {
        return cryptoki.token("faulty").slot();
    }

    /** A session of the calling thread. */
    Pkcs11Session open() throws Exception {
        return cryptoki.openSession(slot(), true, () -> true);
    }

    static CK_ATTRIBUTE[] template(byte[] id) {
        return new CK_ATTRIBUTE[] {
            Attributes.of(CKA_CLASS, CKO_SECRET_KEY),
            Attributes.of(CKA_KEY_TYPE, CKK_AES),
            Attributes.of(CKA_VALUE_LEN, 32L),
            Attributes.of(CKA_ID, id),
            Attributes.of(CKA_TOKEN, true),
            Attributes.of(CKA_PRIVATE, true),
            Attributes.of(CKA_ENCRYPT, true),
            Attributes.of(CKA_DECRYPT, true)
        };
    }

    static long[] find(Pkcs11Session session, byte[] id) throws PKCS11Exception {
        return session.find(Attributes.of(CKA_CLASS, CKO_SECRET_KEY), Attributes.of(CKA_ID, id));
    }

    static CK_MECHANISM gcm(byte @Nullable [] iv) {
        return gcm(CKM_AES_GCM, iv);
    }

    static CK_MECHANISM gcm(long mechanism, byte @Nullable [] iv) {
        CK_GCM_PARAMS parameters = new CK_GCM_PARAMS();
        parameters.pIv = iv;
        parameters.pAAD = AAD;
        parameters.ulTagBits = 128;
        return Attributes.mechanism(mechanism, parameters);
    }

    byte[] seal() throws PKCS11Exception {
        return session.encrypt(gcm(IV), key, DATA);
    }

    byte[] open(byte[] box) throws PKCS11Exception {
        return session.decrypt(gcm(IV), key, box);
    }

    /** A seal in a session and thread of its own. */
    CompletableFuture<byte[]> sealElsewhere() {
        CompletableFuture<byte[]> sealed = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                sealed.complete(open().encrypt(gcm(IV), key, DATA));
            } catch (Exception e) {
                sealed.completeExceptionally(e);
            }
        });
        return sealed;
    }

    /** The name of the code that a call fails with, or {@code CKR_OK}. */
    static String answer(Call call) throws Exception {
        try {
            call.run();
            return "CKR_OK";
        } catch (PKCS11Exception e) {
            return Ckr.name(e);
        }
    }

    @Override
    public void close() {
        module.calm();
        cryptoki.close();
    }

    interface Call {
        void run() throws Exception;
    }
}
