package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start does not pay for. */
class StartIT {
    @TempDir
    Path folder;

    @Test
    void a_start_builds_no_model_of_the_description_that_nobody_asks_the_extension_for() throws Exception {
        Path loaded = folder.resolve("loaded");
        Installation kekkai = Installation.withKey(folder).javaOption("-Xlog:class+load:file=" + loaded + ":none");
        try (KekkaiProcess server = kekkai.serve()) {
            server.terminate();
        }

        assertThat(Files.readString(loaded))
                .as("the extension was asked to prepare it")
                .contains("io.quarkus.smallrye.openapi.runtime.OpenApiDocumentService ")
                .as("and found nothing")
                .doesNotContain("io.smallrye.openapi.api.SmallRyeOpenAPI ")
                .doesNotContain("io.smallrye.openapi.internal.models");
    }
}
