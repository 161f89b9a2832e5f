package dev.kekkai.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.LuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.prover.Hierarchies;
import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.SwtpmFactory;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command shows on a node is who the node's TPM is. */
class IdentityCommandTest {
    private static final byte[] MEASURED = HashAlg.SHA256.digest("kernel".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    Path folder;

    private static NodeIdentity booted(Swtpm swtpm) throws Exception {
        try (Tpm tpm = Tpms.connect(swtpm)) {
            new PcrCommands(tpm).extend(4, Map.of(HashAlg.SHA256, MEASURED));
            return new Prover(tpm, EkTemplate.L_2, new Hierarchies(Secret.owning(new byte[0]))).identity();
        }
    }

    private static String place(Swtpm swtpm) {
        return switch (swtpm.address()) {
            case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
            case InetSocketAddress tcp -> "tcp:" + tcp.getHostString() + ":" + tcp.getPort();
            default -> throw new IllegalStateException();
        };
    }

    private static Typed identity(String place, String... more) {
        List<String> words =
                new ArrayList<>(List.of("node", "identity", "--tpm", place, "--event-log", "/nonexistent/log"));
        words.addAll(List.of(more));
        return Typed.run(words.toArray(String[]::new));
    }

    @Test
    void it_shows_ek_ak_and_pcrs_over_a_unix_socket() throws Exception {
        try (Swtpm swtpm = Swtpm.start()) {
            NodeIdentity expected = booted(swtpm);
            EndorsementKey ek = EndorsementKey.parse(expected.ek().bytes());

            Typed shown = identity(place(swtpm));

            assertThat(shown.err()).isEmpty();
            assertThat(shown.code()).isZero();
            assertThat(shown.out())
                    .contains("EK name         " + EkFingerprint.nameOf(ek).hex())
                    .contains("EK SPKI         " + EkFingerprint.spkiOf(ek).hex())
                    .contains("EK template     L-2")
                    .contains("none: the operator who enrols it vouches for it")
                    .contains("AK name         " + HexFormat.of().formatHex(expected.akName()))
                    .contains("PCR 4 sha256    "
                            + HexFormat.of().formatHex(HashAlg.SHA256.digest(new byte[32], MEASURED)))
                    .contains("event log       none");
        }
    }

    @Test
    void programs_get_the_same_over_tcp() throws Exception {
        try (Swtpm swtpm = Swtpm.startOnTcp()) {
            NodeIdentity expected = booted(swtpm);

            JsonNode shown = new ObjectMapper()
                    .readTree(identity(place(swtpm), "-o", "json").out());

            assertThat(shown.get("ek").get("name").asText())
                    .isEqualTo(HexFormat.of().formatHex(expected.ek().name()));
            assertThat(shown.get("pcrs").get("values")).hasSize(24);
            assertThat(shown.get("pcrs").get("bank").asText()).isEqualTo("sha256");
        }
    }

    @Test
    void the_certificate_that_the_maker_left_is_shown() throws Exception {
        try (Swtpm swtpm = Swtpm.manufactured(SwtpmFactory.in(folder))) {
            Typed shown = identity(place(swtpm));

            assertThat(shown.out()).containsPattern("EK certificate +.*, by .*CN=swtpm-localca.*, until [0-9]{4}-");
        }
    }

    @Test
    void the_qr_code_reads_as_the_name_of_the_ek() throws Exception {
        try (Swtpm swtpm = Swtpm.start()) {
            NodeIdentity expected = booted(swtpm);

            List<String> drawn = identity(place(swtpm), "--qr")
                    .out()
                    .lines()
                    .filter(line -> !line.isEmpty() && line.codePoints().allMatch(c -> " ▀▄█".indexOf(c) >= 0))
                    .toList();

            String read = new QRCodeReader()
                    .decode(new BinaryBitmap(new HybridBinarizer(new Drawn(drawn))))
                    .getText();
            assertThat(read.toLowerCase(Locale.ROOT))
                    .isEqualTo(HexFormat.of().formatHex(expected.ek().name()));
        }
    }

    @Test
    void a_tpm_that_is_not_there_is_named() {
        Typed shown = identity("unix:/nonexistent/tpm.sock");

        assertThat(shown.code()).isEqualTo(1);
        assertThat(shown.err()).contains("no TPM can be reached at /nonexistent/tpm.sock");
    }

    @Test
    void a_place_that_is_none_is_explained() {
        assertThat(identity("tpm0").err()).contains("a TPM is /dev/tpmrm0, unix: and the absolute path of a socket");
        assertThat(identity("tcp:localhost:99999").code()).isEqualTo(2);
    }

    /** A drawing of half blocks as a camera would see it, eight pixels a module. */
    private static final class Drawn extends LuminanceSource {
        private static final int SCALE = 8;
        private final List<String> lines;

        Drawn(List<String> lines) {
            super(lines.getFirst().length() * SCALE, lines.size() * 2 * SCALE);
            this.lines = lines;
        }

        private byte at(int x, int y) {
            char cell = lines.get(y / SCALE / 2).charAt(x / SCALE);
            boolean upper = y / SCALE % 2 == 0;
            boolean light = cell == '█' || cell == (upper ? '▀' : '▄');
            return (byte) (light ? 0xFF : 0);
        }

        @Override
        public byte[] getRow(int y, byte[] row) {
            byte[] pixels = row != null && row.length >= getWidth() ? row : new byte[getWidth()];
            for (int x = 0; x < getWidth(); x++) {
                pixels[x] = at(x, y);
            }
            return pixels;
        }

        @Override
        public byte[] getMatrix() {
            byte[] pixels = new byte[getWidth() * getHeight()];
            for (int y = 0; y < getHeight(); y++) {
                for (int x = 0; x < getWidth(); x++) {
                    pixels[y * getWidth() + x] = at(x, y);
                }
            }
            return pixels;
        }
    }
}
