package dev.kekkai.authority;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import java.util.Optional;

/** Where the key pair is that signs the chain. That it exists says that this token has signed a chain before. */
public interface SigningKey {
    /** The label of its objects in the HSM. */
    String LABEL = "kekkai-authority";

    /** The key pair, if the token has it. */
    Optional<Signer> existing() throws CustodyException;

    /** The key pair, generated inside the token if it has none. */
    Signer generate() throws CustodyException;
}
