package dev.kekkai.tpm.session;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Forged;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.crypto.Kdf;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.TpmReader;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * The authorisations of one command: sealed into the command, then demanded of the response (Part 1 §18.7 to 19.6).
 */
public final class AuthorizationArea {
    /** A command carries at most three. */
    public static final int MAX_SESSIONS = 3;

    private final int commandCode;
    private final List<Authorization> authorizations;

    /** @throws IllegalArgumentException if there are more than three */
    public AuthorizationArea(int commandCode, List<Authorization> authorizations) {
        if (authorizations.size() > MAX_SESSIONS) {
            throw new IllegalArgumentException("a command carries at most " + MAX_SESSIONS + " authorisations");
        }
        this.commandCode = commandCode;
        this.authorizations = List.copyOf(authorizations);
    }

    /** Whether the command is sent without sessions. */
    public boolean isEmpty() {
        return authorizations.isEmpty();
    }

    /**
     * Rolls our nonces, encrypts the first parameter if a session does that, and authorises.
     *
     * @param names of the handles, in their order
     * @param parameters of the command; encrypted in place
     * @return the area without its size; a password stands in it in the clear, so the caller destroys it
     */
    public TpmWriter seal(List<byte[]> names, byte[] parameters, SecureRandom random) throws Malformed {
        for (Authorization authorization : authorizations) {
            if (authorization instanceof SessionUse use) {
                use.session().rollCaller(random);
            }
        }
        Optional<SessionUse> hiding = with(SessionUse.DECRYPT);
        if (hiding.isPresent()) {
            AuthSession session = hiding.get().session();
            try (Secret key =
                    session.parameterKey(hiding.get().authValue(), session.nonceCaller(), session.nonceTpm())) {
                ParameterCipher.encrypt(key, parameters);
            }
        }
        TpmWriter out = new TpmWriter();
        for (int i = 0; i < authorizations.size(); i++) {
            switch (authorizations.get(i)) {
                case Password password ->
                    out.u32(Password.HANDLE)
                            .u16(0)
                            .u8(SessionUse.CONTINUE)
                            .sized(password.value().lent());
                case SessionUse use ->
                    out.u32(use.session().handle())
                            .sized(use.session().nonceCaller())
                            .u8(use.attributes())
                            .sized(commandHmac(use, i == 0, names, parameters));
            }
        }
        return out;
    }

    /**
     * Verifies what the TPM says in the response, and decrypts its first parameter if a session hides it.
     *
     * @param parameters of the response; decrypted in place
     * @param area all that follows them
     * @throws Forged if an HMAC, or an attribute, is not what it must be
     */
    public void open(byte[] parameters, TpmReader area) throws TpmException {
        for (Authorization authorization : authorizations) {
            byte[] nonce = area.sized(HashAlg.MAX_LENGTH, "TPMS_AUTH_RESPONSE.nonce");
            int attributes = area.u8("TPMS_AUTH_RESPONSE.sessionAttributes");
            byte[] hmac = area.sized(HashAlg.MAX_LENGTH, "TPMS_AUTH_RESPONSE.hmac");
            switch (authorization) {
                case Password _ -> check(nonce.length == 0 && attributes == SessionUse.CONTINUE && hmac.length == 0);
                case SessionUse use -> verify(use, parameters, nonce, attributes, hmac);
            }
        }
        area.end("response.authorizationArea");
        Optional<SessionUse> hidden = with(SessionUse.ENCRYPT);
        if (hidden.isPresent()) {
            AuthSession session = hidden.get().session();
            try (Secret key =
                    session.parameterKey(hidden.get().authValue(), session.nonceTpm(), session.nonceCaller())) {
                ParameterCipher.decrypt(key, parameters);
            }
        }
    }

    private void verify(SessionUse use, byte[] parameters, byte[] nonce, int attributes, byte[] hmac) throws Forged {
        AuthSession session = use.session();
        byte[] rpHash = session.hash().digest(code(0), code(commandCode), parameters);
        byte[] expected =
                session.hmac(use.authValue(), rpHash, nonce, session.nonceCaller(), new byte[] {(byte) attributes});
        // The TPM may add to an audit session that nothing else was run meanwhile; nothing else may differ.
        check((attributes & ~SessionUse.AUDIT_EXCLUSIVE) == use.attributes() && Kdf.same(expected, hmac));
        session.rolledTpm(nonce);
    }

    private byte[] commandHmac(SessionUse use, boolean first, List<byte[]> names, byte[] parameters) {
        AuthSession session = use.session();
        byte[][] hashed = new byte[names.size() + 2][];
        hashed[0] = code(commandCode);
        for (int i = 0; i < names.size(); i++) {
            hashed[i + 1] = names.get(i);
        }
        hashed[names.size() + 1] = parameters;
        byte[] cpHash = session.hash().digest(hashed);
        Optional<AuthSession> decrypting =
                with(SessionUse.DECRYPT).map(SessionUse::session).filter(other -> first && other != session);
        Optional<AuthSession> encrypting = with(SessionUse.ENCRYPT)
                .map(SessionUse::session)
                .filter(other -> first && other != session && decrypting.orElse(null) != other);
        return session.hmac(
                use.authValue(),
                cpHash,
                session.nonceCaller(),
                session.nonceTpm(),
                decrypting.map(AuthSession::nonceTpm).orElse(new byte[0]),
                encrypting.map(AuthSession::nonceTpm).orElse(new byte[0]),
                new byte[] {(byte) use.attributes()});
    }

    private Optional<SessionUse> with(int attribute) {
        return authorizations.stream()
                .filter(SessionUse.class::isInstance)
                .map(SessionUse.class::cast)
                .filter(use -> use.has(attribute))
                .findFirst();
    }

    private static void check(boolean holds) throws Forged {
        if (!holds) {
            throw new Forged("a response does not carry the HMAC of its session: it was changed on its way, "
                    + "or comes from another TPM than the one the session is salted to");
        }
    }

    private static byte[] code(int code) {
        return new TpmWriter().u32(code).toBytes();
    }
}
