package dev.kekkai.custody.pkcs11;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.CK_C_INITIALIZE_ARGS;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM_INFO;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import iaik.pkcs.pkcs11.wrapper.PKCS11Implementation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/** A vendor's PKCS#11 module between {@code C_Initialize} and {@code C_Finalize}. A process has at most one of each module. */
final class Cryptoki implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Cryptoki.class);

    private final PKCS11 functions;
    private final String arguments;
    private final boolean readOnlySessions;
    private final AtomicLong initialisations = new AtomicLong();
    private final AtomicBoolean reinitializing = new AtomicBoolean();

    /** Takes over a module that is initialised. */
    Cryptoki(PKCS11 functions) {
        this(functions, "", true);
    }

    private Cryptoki(PKCS11 functions, String arguments, boolean readOnlySessions) {
        this.functions = functions;
        this.arguments = arguments;
        this.readOnlySessions = readOnlySessions;
    }

    /**
     * Loads and initialises a module.
     *
     * @param module absolute path of the vendor's library
     * @param libraryFolder where the JNI library is unpacked
     * @param profile how this make of module wants to be initialised and opened
     */
    static Cryptoki initialize(Path module, Path libraryFolder, HsmProfile profile) throws CustodyException {
        if (!Files.isReadable(module)) {
            throw new Misconfigured("custody.pkcs11.module: no readable file " + module
                    + "; install the HSM vendor's PKCS#11 library, or correct the path");
        }
        WrapperLibrary.load(libraryFolder);
        try {
            PKCS11 functions = new PKCS11Implementation(module.toString());
            Cryptoki cryptoki = new Cryptoki(functions, profile.initializeArguments(), profile.readOnlySessions());
            cryptoki.initialize();
            return cryptoki;
        } catch (IOException e) {
            throw new Misconfigured(
                    "custody.pkcs11.module: " + module + " is no PKCS#11 module that loads" + reason(e)
                            + "; name the library that the HSM's vendor ships for this machine's architecture",
                    e);
        } catch (PKCS11Exception e) {
            throw cannotInitialize(module, profile, e);
        }
    }

    private static CustodyException cannotInitialize(Path module, HsmProfile profile, PKCS11Exception e) {
        String what = "C_Initialize of " + module + " failed: " + Ckr.name(e);
        return e.getErrorCode() == PKCS11Constants.CKR_ARGUMENTS_BAD
                ? new Misconfigured(
                        what
                                + (profile.initializeArguments().isEmpty()
                                        ? "; a module that wants a text there is given it by the initialize-arguments of its profile, and '"
                                                + profile.name() + "' has none"
                                        : "; the module does not take the initialize-arguments of profile '"
                                                + profile.name() + "'"),
                        e)
                : new Unavailable(what, e);
    }

    private void initialize() throws PKCS11Exception {
        CK_C_INITIALIZE_ARGS given = new CK_C_INITIALIZE_ARGS();
        given.flags = PKCS11Constants.CKF_OS_LOCKING_OK;
        if (!arguments.isEmpty()) {
            given.pReserved = arguments;
        }
        functions.C_Initialize(given, true);
    }

    /**
     * {@code C_Finalize} and {@code C_Initialize}: for modules that find their HSM again in no other way. No other thread may be inside the
     * module (PKCS#11 v3.0 §5.4.2), and no handle of before may be used afterwards, not even to close it: it may be another session's by then.
     */
    void reinitialize() throws Unavailable {
        if (!reinitializing.compareAndSet(false, true)) {
            throw beingInitialized();
        }
        try {
            initialisations.incrementAndGet();
            close();
            initialize();
        } catch (PKCS11Exception e) {
            if (e.getErrorCode() != PKCS11Constants.CKR_CRYPTOKI_ALREADY_INITIALIZED) {
                throw new Unavailable("C_Initialize failed: " + Ckr.name(e), e);
            }
        } finally {
            initialisations.incrementAndGet();
            reinitializing.set(false);
        }
    }

    /** Nobody goes in meanwhile, however long it takes: a thread that hangs in there goes on with it when it comes out. */
    private static Unavailable beingInitialized() {
        return new Unavailable("the PKCS#11 module is being finalised and initialised, and that has not ended yet");
    }

    /** Which {@code C_Initialize} it is that handles of now belong to. */
    long initialisation() {
        return initialisations.get();
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
        List<TokenIdentity> all = tokens(false);
        List<TokenIdentity> found =
                all.stream().filter(token -> token.label().equals(label)).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String present = all.isEmpty()
                ? "the module shows no token at all (is the HSM connected, and the module's own configuration the"
                        + " right one?)"
                : "the module shows "
                        + all.stream().map(t -> "'" + t.label() + "'").toList();
        throw new Misconfigured("custody.pkcs11.token: "
                + (found.isEmpty() ? "no token is labelled '" : found.size() + " tokens are labelled '") + label + "'; "
                + present + ". Name the one that holds the keys, and give each token a label of its own");
    }

    /**
     * Finds a token again that was known before, wherever it is now: by label and serial number, because a token of the same label need not be
     * the one that holds the keys.
     */
    TokenIdentity again(TokenIdentity known) throws Unavailable {
        if (reinitializing.get()) {
            throw beingInitialized();
        }
        List<TokenIdentity> labelled = tokens(true).stream()
                .filter(token -> token.label().equals(known.label()))
                .toList();
        return labelled.stream()
                .filter(token -> token.serial().equals(known.serial()))
                .findFirst()
                .orElseThrow(() -> new Unavailable(
                        labelled.isEmpty()
                                ? "the module shows no token '" + known.label() + "'"
                                : "there is a token '" + known.label() + "', but its serial number is "
                                        + labelled.getFirst().serial() + " and not " + known.serial()
                                        + ": it is another one, and is not used"));
    }

    /** Whether a token is still where it was found, as far as {@code C_GetTokenInfo} knows. */
    boolean shows(TokenIdentity known) {
        try {
            return TokenIdentity.of(known.slot(), functions.C_GetTokenInfo(known.slot()))
                    .serial()
                    .equals(known.serial());
        } catch (PKCS11Exception e) {
            return false;
        }
    }

    /** Passes over those that do not answer, if so told: a broken neighbour is no reason to do without the one that is looked for. */
    private List<TokenIdentity> tokens(boolean passing) throws Unavailable {
        try {
            List<TokenIdentity> tokens = new ArrayList<>();
            for (long slot : functions.C_GetSlotList(true)) {
                try {
                    tokens.add(TokenIdentity.of(slot, functions.C_GetTokenInfo(slot)));
                } catch (PKCS11Exception e) {
                    if (!passing) {
                        throw e;
                    }
                }
            }
            tokens.removeIf(token -> (token.flags() & PKCS11Constants.CKF_TOKEN_INITIALIZED) == 0);
            return tokens;
        } catch (PKCS11Exception e) {
            throw new Unavailable("the module does not list its tokens: " + Ckr.name(e), e);
        }
    }

    /** What a token says of a mechanism, or empty if it does not offer it. */
    Optional<CK_MECHANISM_INFO> mechanism(long slot, long mechanism) throws Unavailable {
        try {
            for (long offered : functions.C_GetMechanismList(slot)) {
                if (offered == mechanism) {
                    return Optional.of(functions.C_GetMechanismInfo(slot, mechanism));
                }
            }
            return Optional.empty();
        } catch (PKCS11Exception e) {
            throw new Unavailable("the token does not list its mechanisms: " + Ckr.name(e), e);
        }
    }

    /**
     * Opens a session that the calling thread owns.
     *
     * @param sameLogin whether nobody can have logged in since; false makes that nothing is found mean nothing
     */
    Pkcs11Session openSession(long slot, boolean readWrite, BooleanSupplier sameLogin) throws PKCS11Exception {
        if (reinitializing.get()) {
            throw new PKCS11Exception(PKCS11Constants.CKR_CRYPTOKI_NOT_INITIALIZED);
        }
        long flags = PKCS11Constants.CKF_SERIAL_SESSION
                | (readWrite || !readOnlySessions ? PKCS11Constants.CKF_RW_SESSION : 0);
        return new Pkcs11Session(functions, functions.C_OpenSession(slot, flags, null, null), sameLogin);
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
