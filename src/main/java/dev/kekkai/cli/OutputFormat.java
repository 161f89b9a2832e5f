package dev.kekkai.cli;

/** How results are printed. */
enum OutputFormat {
    /** For people. */
    TABLE,
    /** For programs: one JSON object or array. */
    JSON
}
