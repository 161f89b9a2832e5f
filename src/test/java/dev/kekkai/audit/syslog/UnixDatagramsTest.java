package dev.kekkai.audit.syslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class UnixDatagramsTest {
    private static final String METADATA = "/META-INF/native-image/dev.kekkai/kekkai/reachability-metadata.json";

    @Test
    void a_native_image_is_told_of_each_signature_and_of_no_other() throws Exception {
        JsonNode downcalls;
        try (InputStream in = Objects.requireNonNull(UnixDatagrams.class.getResourceAsStream(METADATA))) {
            downcalls = new ObjectMapper().readTree(in).at("/foreign/downcalls");
        }

        assertThat(downcalls).allSatisfy(call -> assertThat(
                        call.at("/options/captureCallState").asBoolean())
                .isTrue());
        assertThat(downcalls.valueStream().map(UnixDatagramsTest::told))
                .containsExactlyInAnyOrderElementsOf(UnixDatagrams.SIGNATURES.values().stream()
                        .map(UnixDatagramsTest::told)
                        .toList());
    }

    private static String told(JsonNode call) {
        List<String> parameters =
                call.get("parameterTypes").valueStream().map(JsonNode::asText).toList();
        return call.get("returnType").asText() + parameters;
    }

    private static String told(FunctionDescriptor signature) {
        return word(signature.returnLayout().orElseThrow())
                + signature.argumentLayouts().stream()
                        .map(UnixDatagramsTest::word)
                        .toList();
    }

    private static String word(MemoryLayout layout) {
        return switch (layout) {
            case AddressLayout pointer -> "void*";
            case ValueLayout.OfInt number -> "jint";
            case ValueLayout.OfLong number -> "jlong";
            default -> layout.toString();
        };
    }
}
