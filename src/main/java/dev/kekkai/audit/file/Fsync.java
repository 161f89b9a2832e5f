package dev.kekkai.audit.file;

/** When the disk itself must have what was recorded. The operating system has it before a request is answered, whatever this says. */
public enum Fsync {
    /** When the operating system likes: a loss of power may lose what it had not written yet. */
    NEVER,
    /** Once a second if something is new: a loss of power loses at most that. */
    INTERVAL,
    /** Before each request is answered; requests that come together share one. */
    ALWAYS
}
