package dev.kekkai.agent;

/** No answer of a gateway's that counts: it cannot be reached, is not the one it should be, or failed. Another one may do better. */
final class NoAnswerException extends Exception {
    NoAnswerException(String message, Throwable cause) {
        super(message, cause);
    }
}
