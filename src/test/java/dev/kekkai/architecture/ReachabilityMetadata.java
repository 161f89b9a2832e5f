package dev.kekkai.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code reachability-metadata.json} tells GraalVM. */
final class ReachabilityMetadata {
    private final JsonNode json;

    private ReachabilityMetadata(JsonNode json) {
        this.json = json;
    }

    static ReachabilityMetadata read() {
        String path = "/META-INF/native-image/dev.kekkai/kekkai/reachability-metadata.json";
        try (InputStream in = Objects.requireNonNull(ReachabilityMetadata.class.getResourceAsStream(path))) {
            return new ReachabilityMetadata(new ObjectMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A class and what of it is registered. */
    record Type(String name, boolean jni, boolean allMembers, Set<String> attributes, List<Method> methods) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A method as GraalVM names it: {@code <init>} is a constructor. */
    record Method(String name, List<String> parameterTypes) {}

    Set<String> sections() {
        return json.propertyStream().map(java.util.Map.Entry::getKey).collect(Collectors.toSet());
    }

    List<Type> types() {
        return json.get("reflection")
                .valueStream()
                .map(ReachabilityMetadata::type)
                .toList();
    }

    Optional<Type> type(String name) {
        return types().stream().filter(type -> type.name().equals(name)).findFirst();
    }

    List<String> globs() {
        return json.get("resources")
                .valueStream()
                .map(resource -> resource.get("glob").textValue())
                .toList();
    }

    private static Type type(JsonNode node) {
        return new Type(
                node.get("type").textValue(),
                node.path("jniAccessible").asBoolean(),
                node.path("allDeclaredFields").asBoolean()
                        && node.path("allDeclaredConstructors").asBoolean()
                        && node.path("allDeclaredMethods").asBoolean(),
                node.propertyStream().map(java.util.Map.Entry::getKey).collect(Collectors.toSet()),
                node.path("methods")
                        .valueStream()
                        .map(ReachabilityMetadata::method)
                        .toList());
    }

    private static Method method(JsonNode node) {
        return new Method(
                node.get("name").textValue(),
                node.get("parameterTypes")
                        .valueStream()
                        .map(JsonNode::textValue)
                        .toList());
    }
}
