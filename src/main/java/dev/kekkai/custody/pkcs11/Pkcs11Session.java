package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.id.VersionId;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/**
 * One PKCS#11 session, owned by the thread that opened it.
 *
 * <p>Two threads in one session corrupt the module's heap, so every call checks its thread. Key handles are resolved once and live as
 * long as the session, never longer.
 */
final class Pkcs11Session {
    private static final int MOST_OBJECTS = 4096;
    private static final int MOST_PAGES = 256;

    private final PKCS11 functions;
    private final long handle;
    private final BooleanSupplier sameLogin;
    private final Thread owner = Thread.currentThread();
    private final Map<KeyName, Long> keys = new HashMap<>();
    private final Map<VersionId, SealedBox> witnesses = new HashMap<>();
    private boolean wrote;

    /** @param sameLogin whether nobody can have logged in since this session was opened for its link */
    Pkcs11Session(PKCS11 functions, long handle, BooleanSupplier sameLogin) {
        this.functions = functions;
        this.handle = handle;
        this.sameLogin = sameLogin;
    }

    void login(char[] pin) throws PKCS11Exception {
        checkOwner();
        functions.C_Login(handle, PKCS11Constants.CKU_USER, pin, true);
    }

    byte[] encrypt(CK_MECHANISM mechanism, long key, byte[] data) throws PKCS11Exception {
        checkOwner();
        functions.C_EncryptInit(handle, mechanism, key, true);
        return functions.C_Encrypt(handle, data);
    }

    /** By the message API of PKCS#11 v3.0 §5.9; what the module writes into the parameters of the message is there afterwards. */
    byte[] encryptMessage(CK_MECHANISM mechanism, long key, Object message, byte[] associatedData, byte[] data)
            throws PKCS11Exception {
        checkOwner();
        functions.C_MessageEncryptInit(handle, mechanism, key, true);
        try {
            return functions.C_EncryptMessage(handle, message, associatedData, data, true);
        } finally {
            functions.C_MessageEncryptFinal(handle);
        }
    }

    byte[] decrypt(CK_MECHANISM mechanism, long key, byte[] data) throws PKCS11Exception {
        checkOwner();
        functions.C_DecryptInit(handle, mechanism, key, true);
        return functions.C_Decrypt(handle, data);
    }

    byte[] sign(CK_MECHANISM mechanism, long key, byte[] data) throws PKCS11Exception {
        checkOwner();
        functions.C_SignInit(handle, mechanism, key, true);
        return functions.C_Sign(handle, data);
    }

    long generateKey(CK_MECHANISM mechanism, CK_ATTRIBUTE[] template) throws PKCS11Exception {
        checkOwner();
        wrote = true;
        return functions.C_GenerateKey(handle, mechanism, template, true);
    }

    /** Public handle first, private second. */
    long[] generateKeyPair(CK_MECHANISM mechanism, CK_ATTRIBUTE[] publicTemplate, CK_ATTRIBUTE[] privateTemplate)
            throws PKCS11Exception {
        checkOwner();
        wrote = true;
        return functions.C_GenerateKeyPair(handle, mechanism, publicTemplate, privateTemplate, true);
    }

    void destroy(long object) throws PKCS11Exception {
        checkOwner();
        wrote = true;
        functions.C_DestroyObject(handle, object);
    }

    /**
     * The handles of what matches. None means that there are none, not that none is seen: private objects are invisible to who is not logged in,
     * and whoever logs in again in between cannot make it an answer ({@code CKR_USER_NOT_LOGGED_IN}; PKCS#11 v3.0 §5.6.4).
     */
    long[] find(CK_ATTRIBUTE... template) throws PKCS11Exception {
        checkOwner();
        functions.C_FindObjectsInit(handle, template, true);
        long[] found;
        try {
            found = functions.C_FindObjects(handle, MOST_OBJECTS);
        } finally {
            functions.C_FindObjectsFinal(handle);
        }
        if (found.length == 0) {
            requireLogin();
        }
        return found;
    }

    /** As {@link #find}, for what may be many: a module may hand over fewer than it was asked for, and has handed over all when it has none left. */
    List<Long> findAll(CK_ATTRIBUTE... template) throws PKCS11Exception {
        checkOwner();
        List<Long> all = new ArrayList<>();
        functions.C_FindObjectsInit(handle, template, true);
        try {
            long[] page = functions.C_FindObjects(handle, MOST_OBJECTS);
            for (int pages = 1; page.length > 0; pages++) {
                if (pages > MOST_PAGES) {
                    throw new PKCS11Exception(PKCS11Constants.CKR_GENERAL_ERROR);
                }
                for (long object : page) {
                    all.add(object);
                }
                page = functions.C_FindObjects(handle, MOST_OBJECTS);
            }
        } finally {
            functions.C_FindObjectsFinal(handle);
        }
        // Others' public objects are seen without a login.
        requireLogin();
        return all;
    }

    /** An attribute's value as the wrapper types it, or null where the token does not know or does not give it. */
    @Nullable
    Object attribute(long object, long type) throws PKCS11Exception {
        checkOwner();
        CK_ATTRIBUTE[] asked = {Attributes.of(type, null)};
        try {
            functions.C_GetAttributeValue(handle, object, asked, true);
            return asked[0].pValue;
        } catch (PKCS11Exception e) {
            if (e.getErrorCode() == PKCS11Constants.CKR_ATTRIBUTE_TYPE_INVALID
                    || e.getErrorCode() == PKCS11Constants.CKR_ATTRIBUTE_SENSITIVE) {
                return null;
            }
            throw e;
        }
    }

    /** Whether a token knows an attribute at all, whatever it says of its value. */
    boolean knows(long object, long type) throws PKCS11Exception {
        checkOwner();
        try {
            functions.C_GetAttributeValue(handle, object, new CK_ATTRIBUTE[] {Attributes.of(type, null)}, true);
            return true;
        } catch (PKCS11Exception e) {
            if (e.getErrorCode() == PKCS11Constants.CKR_ATTRIBUTE_TYPE_INVALID) {
                return false;
            }
            if (e.getErrorCode() == PKCS11Constants.CKR_ATTRIBUTE_SENSITIVE) {
                return true;
            }
            throw e;
        }
    }

    /** In this order: logged in now, and by no later login than the one that this session was opened under, is logged in all the while. */
    private void requireLogin() throws PKCS11Exception {
        long state = functions.C_GetSessionInfo(handle).state;
        boolean loggedIn =
                state == PKCS11Constants.CKS_RO_USER_FUNCTIONS || state == PKCS11Constants.CKS_RW_USER_FUNCTIONS;
        if (!loggedIn || !sameLogin.getAsBoolean()) {
            throw new PKCS11Exception(PKCS11Constants.CKR_USER_NOT_LOGGED_IN);
        }
    }

    /** Whether something was made or destroyed in this session, or may have been: then its work cannot be done a second time without a look. */
    boolean wrote() {
        return wrote;
    }

    /** The handle of one of a KEK's key objects, looked up once in the life of this session. */
    long key(Kek kek, KeyRole role) throws PKCS11Exception, CustodyException {
        KeyName name = new KeyName(kek.version(), role);
        Long known = keys.get(name);
        if (known != null) {
            return known;
        }
        long found = KekObjects.single(this, kek, role);
        keys.put(name, found);
        return found;
    }

    private record KeyName(VersionId version, KeyRole role) {}

    /** A box of known content that this session made under a KEK, if it ever did; see {@link AesGcm}. */
    @Nullable
    SealedBox witness(VersionId version) {
        return witnesses.get(version);
    }

    void keepWitness(VersionId version, SealedBox box) {
        witnesses.put(version, box);
    }

    void close() throws PKCS11Exception {
        checkOwner();
        functions.C_CloseSession(handle);
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("a PKCS#11 session of thread " + owner.getName() + " was used by thread "
                    + Thread.currentThread().getName());
        }
    }
}
