package dev.kekkai.testing.pkcs11;

import java.time.Duration;

/**
 * A line of the control file; {@code src/test/native/faulty_pkcs11.c} has the whole language.
 *
 * <p>A function is the standard's name ({@code C_Encrypt}), or {@link #ANY}. A code is the standard's name ({@code CKR_DEVICE_ERROR}) or a
 * number. Of calls that ask only for a length (a NULL buffer) none meets a fault of a function.
 *
 * @param line as the module reads it
 */
public record Fault(String line) {
    /** Every function but {@code C_Initialize}, {@code C_Finalize} and {@code C_GetFunctionList}. */
    public static final String ANY = "*";

    /** The call lasts at least so long, its real work included. */
    public static Fault latency(String function, Duration atLeast) {
        return new Fault("latency " + function + " " + micros(atLeast));
    }

    /** The code instead of the work; an operation under way ends. */
    public static Fault fail(String function, String code) {
        return new Fault("fail " + function + " " + code);
    }

    /** The work is done, and the code is answered. */
    public static Fault failLate(String function, String code) {
        return new Fault("fail-late " + function + " " + code);
    }

    /** The call waits until this fault is lifted, and then goes on. */
    public static Fault hang(String function) {
        return new Fault("hang " + function);
    }

    /** The call waits until its process ends. */
    public static Fault hangForever(String function) {
        return new Fault("hang-forever " + function);
    }

    /** SIGSEGV: only for a process that the test can lose. */
    public static Fault crash(String function) {
        return new Fault("crash " + function);
    }

    /** One bit of the output is wrong. */
    public static Fault corrupt(String function) {
        return new Fault("corrupt " + function);
    }

    /** {@code C_OpenSession} answers {@code CKR_SESSION_COUNT} while so many are open. */
    public static Fault maxSessions(int most) {
        return new Fault("max-sessions " + most);
    }

    /** What is not authentic is refused with this code. */
    public static Fault badTag(String code) {
        return new Fault("bad-tag " + code);
    }

    /** GCM as a Luna in FIPS mode: no IV given, 16 bytes of IV after ciphertext and tag. */
    public static Fault ivAppended() {
        return new Fault("iv module-appended");
    }

    /** GCM as AWS CloudHSM: 12 zero bytes given, the IV written over them. */
    public static Fault ivInPlace() {
        return new Fault("iv module-in-place");
    }

    /** AWS CloudHSM's own mechanism, 0x80001087: no IV given either way, 12 bytes of IV before the ciphertext. */
    public static Fault ivPrepended() {
        return new Fault("iv module-prepended");
    }

    /** The token is gone until this is lifted, and then back without sessions and login. */
    public static Fault tokenAbsent() {
        return new Fault("token-absent");
    }

    /** So many calls pass first. */
    public Fault after(int calls) {
        return with("after=" + calls);
    }

    /** So many calls are met, and no more. */
    public Fault times(int calls) {
        return with("times=" + calls);
    }

    /** Of {@link #latency}: up to so much longer, at random. */
    public Fault jitter(Duration most) {
        return with("jitter=" + micros(most));
    }

    /** Of {@link #tokenAbsent}: what a call in a session answers, {@code CKR_DEVICE_REMOVED} if not said. */
    public Fault answering(String code) {
        return with("code=" + code);
    }

    /** Of {@link #tokenAbsent}: it comes back in another slot id. */
    public Fault returningInAnotherSlot() {
        return with("new-slot");
    }

    /** Of {@link #tokenAbsent}: lifted, it stays away until the next {@code C_Initialize}. */
    public Fault untilInitialize() {
        return with("until-initialize");
    }

    Fault with(String option) {
        return new Fault(line + " " + option);
    }

    private static String micros(Duration duration) {
        return duration.toNanos() / 1_000 + "us";
    }
}
