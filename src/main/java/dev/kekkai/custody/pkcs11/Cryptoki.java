package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.CK_C_INITIALIZE_ARGS;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import iaik.pkcs.pkcs11.wrapper.PKCS11Implementation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/** A vendor's PKCS#11 module between {@code C_Initialize} and {@code C_Finalize}. A process has at most one of each module. */
final class Cryptoki implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Cryptoki.class);

    private final PKCS11 functions;

    /** Takes over a module that is initialised. */
    Cryptoki(PKCS11 functions) {
        this.functions = functions;
    }

    /**
     * Loads and initialises a module.
     *
     * @param module absolute path of the vendor's library
     * @param libraryFolder where the JNI library is unpacked
     */
    static Cryptoki initialize(Path module, Path libraryFolder) throws Misconfigured, Unavailable {
        if (!Files.isReadable(module)) {
            throw new Misconfigured("custody.pkcs11.module: no readable file " + module
                    + "; install the HSM vendor's PKCS#11 library, or correct the path");
        }
        WrapperLibrary.load(libraryFolder);
        try {
            PKCS11 functions = new PKCS11Implementation(module.toString());
            CK_C_INITIALIZE_ARGS arguments = new CK_C_INITIALIZE_ARGS();
            arguments.flags = PKCS11Constants.CKF_OS_LOCKING_OK;
            functions.C_Initialize(arguments, true);
            return new Cryptoki(functions);
        } catch (IOException e) {
            throw new Misconfigured(
                    "custody.pkcs11.module: " + module + " is no PKCS#11 module that loads" + reason(e)
                            + "; name the library that the HSM's vendor ships for this machine's architecture",
                    e);
        } catch (PKCS11Exception e) {
            throw new Unavailable("C_Initialize of " + module + " failed: " + Ckr.name(e), e);
        }
    }

    /** What the dynamic linker said. Where it said nothing (a library without C_GetFunctionList), the wrapper passes on unwritten memory. */
    private static String reason(IOException e) {
        String said = String.valueOf(e.getMessage());
        return !said.isBlank() && said.chars().allMatch(c -> c >= ' ' && c <= '~')
                ? ": " + said
                : " (it has no C_GetFunctionList)";
    }

    /** Finds the one token with a label. */
    TokenIdentity token(String label) throws Misconfigured, Unavailable {
        List<TokenIdentity> all = tokens();
        List<TokenIdentity> found =
                all.stream().filter(token -> token.label().equals(label)).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String present = all.isEmpty()
                ? "the module shows no token at all (is the HSM connected, and the module's own configuration the right one?)"
                : "the module shows "
                        + all.stream().map(t -> "'" + t.label() + "'").toList();
        throw new Misconfigured("custody.pkcs11.token: "
                + (found.isEmpty() ? "no token is labelled '" : found.size() + " tokens are labelled '") + label + "'; "
                + present + ". Name the one that holds the keys, and give each token a label of its own");
    }

    private List<TokenIdentity> tokens() throws Unavailable {
        try {
            List<TokenIdentity> tokens = new ArrayList<>();
            for (long slot : functions.C_GetSlotList(true)) {
                TokenIdentity token = TokenIdentity.of(slot, functions.C_GetTokenInfo(slot));
                if ((token.flags() & PKCS11Constants.CKF_TOKEN_INITIALIZED) != 0) {
                    tokens.add(token);
                }
            }
            return tokens;
        } catch (PKCS11Exception e) {
            throw new Unavailable("the module does not list its slots: " + Ckr.name(e), e);
        }
    }

    boolean offers(long slot, long mechanism) throws Unavailable {
        try {
            for (long offered : functions.C_GetMechanismList(slot)) {
                if (offered == mechanism) {
                    return true;
                }
            }
            return false;
        } catch (PKCS11Exception e) {
            throw new Unavailable("the token does not list its mechanisms: " + Ckr.name(e), e);
        }
    }

    /** Opens a session that the calling thread owns. */
    Pkcs11Session openSession(long slot, boolean readWrite) throws PKCS11Exception {
        long flags = PKCS11Constants.CKF_SERIAL_SESSION | (readWrite ? PKCS11Constants.CKF_RW_SESSION : 0);
        return new Pkcs11Session(functions, functions.C_OpenSession(slot, flags, null, null));
    }

    @Override
    public void close() {
        try {
            functions.C_Finalize(null);
        } catch (PKCS11Exception e) {
            LOG.debugf("C_Finalize: %s", Ckr.name(e));
        }
    }
}
