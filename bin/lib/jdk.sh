# Finds a JDK 25 and prints its home; says how to get one if there is none. Sourced by the other scripts.
find_jdk25() {
    local candidate
    for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*25*; do
        if [ -x "$candidate/bin/javac" ] && "$candidate/bin/javac" -version 2>&1 | grep -q '^javac 25\b'; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    echo "kekkai: no JDK 25 found in JAVA_HOME or /usr/lib/jvm. Install one (Debian: temurin-25-jdk from Adoptium's" \
        "packages, or unpack any JDK 25 below /usr/lib/jvm) or set JAVA_HOME to it." >&2
    return 1
}
