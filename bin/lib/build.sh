# Builds the JVM application if a source is newer than it. Sourced by bin/demo and bin/bench; needs $home and JAVA_HOME.
build_if_needed() {
    local jar=$home/target/quarkus-app/quarkus-run.jar
    if [ -f "$jar" ] && [ -z "$(find "$home/src/main" "$home/hsm-config" "$home/pom.xml" -newer "$jar" -print -quit)" ]; then
        return 0
    fi
    echo "building (the first time fetches the dependencies)" >&2
    (cd "$home" && ./mvnw -B -ntp -q clean package -DskipTests) >&2
}
