package dev.kekkai.attestation.ek;

/** Says what is wrong with a folder of CA certificates, with which file, and what to do. */
public final class CaFolderException extends Exception {
    CaFolderException(String message) {
        super(message);
    }
}
