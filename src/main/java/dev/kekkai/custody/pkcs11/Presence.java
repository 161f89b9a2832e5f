package dev.kekkai.custody.pkcs11;

import java.time.Duration;

/**
 * Where a thread is: outside the module, inside since a moment, or written off because it did not come out. Asked by the thread itself and by
 * the watch, and whoever is first has it: a thread that is written off learns of it when it comes out, and then owns nothing any more.
 */
final class Presence {
    private boolean inside;
    private boolean writtenOff;
    private long since;
    private long patienceNanos;

    /** Says that the thread goes in, and how long it may stay. */
    synchronized void enter(Duration patience) {
        inside = true;
        since = System.nanoTime();
        patienceNanos = patience.toNanos();
    }

    /** Says that the thread has come out of one call and goes into the next. False if it was written off. */
    synchronized boolean step() {
        since = System.nanoTime();
        return !writtenOff;
    }

    /** Says that the thread is out. False if it was written off. */
    synchronized boolean leave() {
        inside = false;
        return !writtenOff;
    }

    /** Writes the thread off if it has been inside for longer than it may. True once. */
    synchronized boolean writeOffIfStuck() {
        if (!inside || writtenOff || System.nanoTime() - since <= patienceNanos) {
            return false;
        }
        writtenOff = true;
        return true;
    }

    synchronized boolean writtenOff() {
        return writtenOff;
    }

    /** {@link System#nanoTime()} of when it went in, for a thread that is inside. */
    synchronized long sinceNanos() {
        return since;
    }
}
