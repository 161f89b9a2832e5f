package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.testing.softhsm.SoftHsm;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import iaik.pkcs.pkcs11.wrapper.PKCS11Implementation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A SoftHSM token of its own, opened by our code, and a raw session beside it for what our code would never do. C_Initialize is once per process,
 * so one of these is open at a time.
 */
final class OpenToken implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    final Pkcs11Token token;
    final Pkcs11Custodian custodian;
    final Pkcs11Inventory inventory;
    final PKCS11Implementation functions;
    final long slot;
    private final String label;
    private long session;

    private OpenToken(Pkcs11Token token, String label, PKCS11Implementation functions) throws PKCS11Exception {
        this.token = token;
        this.label = label;
        this.functions = functions;
        this.slot = token.identity().slot();
        this.custodian = token.custodian();
        this.inventory = token.inventory();
        this.session = rawSession();
    }

    /** Makes a token and opens it with two sessions. */
    static OpenToken create(Path folder) throws Exception {
        return create(folder, 2);
    }

    static OpenToken create(Path folder, int sessions) throws Exception {
        String label = "t-" + UUID.randomUUID().toString().substring(0, 18);
        SoftHsm.create(label);
        Path pin = SoftHsm.pinFile(folder.resolve("pin"), SoftHsm.PIN);
        KekkaiConfig.Custody custody = SoftHsm.custody(label, pin, sessions, true);
        return new OpenToken(
                Pkcs11Token.open(custody, Files.createDirectories(folder.resolve("state"))),
                label,
                new PKCS11Implementation(SoftHsm.MODULE.toString()));
    }

    String label() {
        return label;
    }

    /** A KEK that exists nowhere yet. */
    static Kek freshKek() {
        return freshKek(1);
    }

    static Kek freshKek(int number) {
        return freshKek(number, Mechanism.AES_GCM);
    }

    static Kek freshKek(Mechanism mechanism) {
        return freshKek(1, mechanism);
    }

    private static Kek freshKek(int number, Mechanism mechanism) {
        byte[] id = new byte[VersionId.LENGTH];
        RANDOM.nextBytes(id);
        return new Kek(VersionId.of(id), new Lineage(UUID.randomUUID()), number, mechanism);
    }

    Kek generatedKek() throws Exception {
        return generatedKek(Mechanism.AES_GCM);
    }

    Kek generatedKek(Mechanism mechanism) throws Exception {
        Kek kek = freshKek(mechanism);
        result(inventory.generate(kek));
        return kek;
    }

    static <T> T result(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw custody;
            }
            throw e;
        }
    }

    /** The raw session of the thread that made this object. */
    long raw() {
        return session;
    }

    private long rawSession() throws PKCS11Exception {
        return functions.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, null, null);
    }

    /** What an object of a KEK of ours is made with, for {@code C_CreateObject}, each of the given attributes in place of ours. */
    long importKey(Kek kek, KeyRole role, byte[] value, CK_ATTRIBUTE... instead) throws PKCS11Exception {
        List<CK_ATTRIBUTE> template = new ArrayList<>();
        for (CK_ATTRIBUTE attribute : KekObjects.template(kek, role, SoftHsm.PROFILE)) {
            if (attribute.type != CKA_VALUE_LEN && List.of(instead).stream().noneMatch(i -> i.type == attribute.type)) {
                template.add(attribute);
            }
        }
        template.addAll(List.of(instead));
        template.add(Attributes.of(CKA_VALUE, value));
        return functions.C_CreateObject(session, template.toArray(CK_ATTRIBUTE[]::new), true);
    }

    long importKey(Kek kek, byte[] value, CK_ATTRIBUTE... instead) throws PKCS11Exception {
        return importKey(kek, KeyRole.CIPHER, value, instead);
    }

    /** Generates a key on the token by our template, each of the given attributes in place of ours. */
    long generateKey(Kek kek, KeyRole role, CK_ATTRIBUTE... instead) throws PKCS11Exception {
        CK_ATTRIBUTE[] template = KekObjects.template(kek, role, SoftHsm.PROFILE);
        for (CK_ATTRIBUTE other : instead) {
            for (CK_ATTRIBUTE ours : template) {
                if (ours.type == other.type) {
                    ours.pValue = other.pValue;
                }
            }
        }
        return functions.C_GenerateKey(session, Attributes.mechanism(role.generation(), null), template, true);
    }

    long generateKey(Kek kek, CK_ATTRIBUTE... instead) throws PKCS11Exception {
        return generateKey(kek, KeyRole.CIPHER, instead);
    }

    Object attribute(long object, long type) throws PKCS11Exception {
        CK_ATTRIBUTE[] asked = {Attributes.of(type, null)};
        functions.C_GetAttributeValue(session, object, asked, true);
        return asked[0].pValue;
    }

    long[] find(CK_ATTRIBUTE... template) throws PKCS11Exception {
        functions.C_FindObjectsInit(session, template, true);
        try {
            return functions.C_FindObjects(session, 100);
        } finally {
            functions.C_FindObjectsFinal(session);
        }
    }

    /** Closes every session of this process but the raw one, as a module does that loses its connection; the login stays. */
    void closeTheirSessions() throws PKCS11Exception {
        for (long handle = 1; handle < 100; handle++) {
            if (handle != session) {
                try {
                    functions.C_CloseSession(handle);
                } catch (PKCS11Exception e) {
                    if (e.getErrorCode() != CKR_SESSION_HANDLE_INVALID) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Closes every session there is: with the last one the login goes (PKCS#11 v3.0 §5.6.3). */
    void closeAllSessions() throws PKCS11Exception {
        functions.C_CloseAllSessions(slot);
    }

    /** Opens the raw session again and logs in, for all sessions of this process. */
    void login() throws PKCS11Exception {
        session = rawSession();
        functions.C_Login(session, CKU_USER, SoftHsm.PIN.toCharArray(), true);
    }

    @Override
    public void close() throws IOException {
        token.close();
        SoftHsm.delete(label);
    }
}
