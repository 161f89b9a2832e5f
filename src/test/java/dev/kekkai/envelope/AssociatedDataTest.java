package dev.kekkai.envelope;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.id.VersionId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AssociatedDataTest {
    private static final VersionId VERSION = VersionId.of("0123456789abcdef".getBytes(ISO_8859_1));
    private static final Header HEADER = new Header(Layout.SINGLE, Mechanism.TPM_HMAC_GCM, VERSION);

    @Test
    void the_box_is_bound_to_its_domain_and_the_whole_header() {
        assertThat(text(AssociatedData.box(HEADER))).isEqualTo("kekkai/env/1\u0001\u0001\u00050123456789abcdef");
    }

    @Test
    void the_leaf_is_bound_to_everything_before_it() throws Exception {
        for (Vectors.Opens vector :
                Vectors.opens().filter(v -> v.layout() == Layout.BATCH).toList()) {
            byte[] whole = vector.bytes("envelope");
            Envelope.Batch batch = (Envelope.Batch) Envelope.parse(whole);

            String beforeLeaf = text(whole).substring(0, whole.length - batch.leaf().length);
            assertThat(text(AssociatedData.leaf(batch))).isEqualTo("kekkai/leaf/1" + beforeLeaf);
        }
    }

    @Test
    void dek_canary_and_probe_have_domains_of_their_own() {
        assertThat(text(AssociatedData.canary(HEADER))).isEqualTo("kekkai/canary/1" + text(HEADER.encode()));
        assertThat(text(AssociatedData.probe(HEADER))).isEqualTo("kekkai/probe/1" + text(HEADER.encode()));
        assertThat(Set.of(
                        text(AssociatedData.box(HEADER)),
                        text(AssociatedData.canary(HEADER)),
                        text(AssociatedData.probe(HEADER))))
                .hasSize(3);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
