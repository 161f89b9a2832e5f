package dev.kekkai.config;

/**
 * One thing that is wrong with a configuration: where, which key, what, and what to do about it. It never repeats a value that could be
 * a secret.
 *
 * @param file the file's path, or {@code environment variable KEKKAI_…}
 * @param line from 1, or 0 where there is none (a missing key, a missing file, a variable)
 * @param column from 1, or 0 where there is none
 * @param key the path below {@code kekkai:}, for example {@code kms.socket}, or empty if the file as a whole is meant
 * @param what what is wrong
 * @param remedy what to do
 */
public record ConfigProblem(String file, int line, int column, String key, String what, String remedy) {
    /** {@code file:line:column: key: what; remedy}, without the parts that are missing. */
    @Override
    public String toString() {
        String position = line > 0 ? ":" + line + ":" + column : "";
        String subject = key.isEmpty() ? "" : key + ": ";
        return file + position + ": " + subject + what + "; " + remedy;
    }
}
