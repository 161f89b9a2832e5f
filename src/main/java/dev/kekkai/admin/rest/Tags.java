package dev.kekkai.admin.rest;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** ETags: another one whenever what can be changed is another. */
final class Tags {
    private static final int DIGITS = 32;

    private Tags() {}

    /** Of everything that a change could meet, as text. */
    static String of(String text) {
        return '"' + Callers.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS) + '"';
    }

    /** Answers with a problem if the caller saw another one. */
    static void requireUnchanged(String now, @Nullable String ifMatch) {
        if (ifMatch != null && !ifMatch.equals("*") && !ifMatch.equals(now)) {
            throw new ProblemException(ProblemCode.PRECONDITION_FAILED, "its ETag is " + now + " now");
        }
    }
}
