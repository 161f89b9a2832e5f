package dev.kekkai.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.prover.NvChainTarget;
import dev.kekkai.testing.fuzz.Jazzer.Outcome;
import dev.kekkai.tpm.fuzz.ResponseTarget;
import dev.kekkai.tpm.fuzz.StructureTargets;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Signature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each parser of bytes that come from a TPM. Briefly here; {@code bin/test --long} gives each target minutes. */
class FuzzTest {
    private static final Pattern RUNS = Pattern.compile("Done (\\d+) (?:runs )?in");

    @TempDir
    private Path corpus;

    @ParameterizedTest
    @ValueSource(
            classes = {
                StructureTargets.PublicAreas.class,
                StructureTargets.Attests.class,
                StructureTargets.Signatures.class,
                StructureTargets.Others.class,
                ResponseTarget.class,
                NvChainTarget.class
            })
    void a_parser_gives_a_value_or_its_own_exception(Class<?> target) throws Exception {
        seed();
        Outcome outcome = Jazzer.run(target, corpus);

        assertThat(outcome.exit()).as(outcome.said()).isZero();
        Matcher runs = RUNS.matcher(outcome.said());
        assertThat(runs.find()).as(outcome.said()).isTrue();
        assertThat(Long.parseLong(runs.group(1))).isGreaterThan(100);
    }

    @Test
    void a_parser_that_throws_anything_else_is_found() throws Exception {
        Outcome outcome = Jazzer.run(Careless.class, corpus);

        assertThat(outcome.exit()).isNotZero();
        assertThat(outcome.said()).contains("ArrayIndexOutOfBoundsException");
    }

    /** Believes a size. */
    public static final class Careless {
        private Careless() {}

        public static void fuzzerTestOneInput(byte[] input) {
            if (input.length > 1 && input[input[0] & 0x7F] == 1) {
                throw new IllegalStateException("found another way");
            }
        }
    }

    private void seed() throws Exception {
        Files.write(corpus.resolve("ak"), AkTemplate.template().bytes());
        for (EkTemplate template : EkTemplate.values()) {
            Files.write(corpus.resolve(template.name()), template.template().bytes());
        }
        for (int command = 0; command < 16; command++) {
            // A response to it: header, handle or size, some content.
            Files.write(
                    corpus.resolve("response" + command),
                    HexFormat.of().parseHex("%02x80010000001400000000800000010002abcd".formatted(command)));
        }
        Files.write(
                corpus.resolve("signature"), new Signature.Ecdsa(HashAlg.SHA256, new byte[32], new byte[32]).bytes());
    }
}
