# Builds the JVM application if a source is newer than it. Sourced by bin/demo and bin/bench; needs $home and JAVA_HOME.
build_if_needed() {
    build_unless_newer "$home/target/quarkus-app/quarkus-run.jar"
}

# The same, where classes of the tests are run too: on the class path that Maven writes down when it has compiled them.
build_with_tests_if_needed() {
    build_unless_newer "$home/target/quarkus-app/quarkus-run.jar" && build_unless_newer "$home/target/test.classpath" "$home/src/test"
}

# Builds unless the first argument is there and newer than the sources, to which the others belong.
build_unless_newer() {
    local made=$1
    shift
    if [ -f "$made" ] && [ -z "$(find "$home/src/main" "$home/hsm-config" "$home/pom.xml" "$@" -newer "$made" -print -quit)" ]; then
        return 0
    fi
    echo "building (the first time fetches the dependencies)" >&2
    (cd "$home" && ./mvnw -B -ntp -q clean package -DskipTests) >&2
}
