package dev.kekkai.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.store.StoredApprovals;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A chain with approvals that other code made from the written format. */
class ApprovalVectorsTest {
    private static final JsonNode VECTORS = vectors();
    private static final Instant AT = Instant.ofEpochMilli(1_767_323_045_678L);

    private static JsonNode vectors() {
        try (InputStream in =
                Objects.requireNonNull(ApprovalVectorsTest.class.getResourceAsStream("/authority/approvals-v1.json"))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] hex(JsonNode text) {
        return HexFormat.of().parseHex(text.textValue());
    }

    private static ApprovalId id(int last) {
        return new ApprovalId(UUID.fromString("0f0f0f0f-1111-4222-8333-00000000000" + last));
    }

    @Test
    void every_entry_is_read_and_written_to_the_same_bytes_and_hash() throws Exception {
        for (JsonNode vector : VECTORS.get("entries")) {
            Entry entry = Entry.decode(hex(vector.get("entry")));

            assertThat(StatementCodec.encode(entry.statement()).kind())
                    .isEqualTo(vector.get("kind").textValue());
            assertThat(entry.encode()).as(vector.get("kind").textValue()).isEqualTo(hex(vector.get("entry")));
            assertThat(entry.head().hash()).isEqualTo(hex(vector.get("hash")));
        }
        assertThat(VECTORS.get("entries").findValuesAsText("kind"))
                .contains("approval.rule", "approval.request", "approval.approve", "approval.reject", "approval.use");
    }

    @Test
    void the_chain_says_who_asked_for_what_and_what_became_of_it() throws Exception {
        Replaying state = new Replaying();
        for (JsonNode vector : VECTORS.get("entries")) {
            state.apply(Entry.decode(hex(vector.get("entry"))));
        }
        state.end();
        StoredApprovals approvals = state.approvals(16);

        assertThat(approvals.rule(ApprovalRule.DESTROY)).contains(new ApprovalRule(2, false));
        StoredApproval rejected = approvals.find(id(1)).orElseThrow();
        assertThat(approvals.status(rejected, AT)).isEqualTo(Status.REJECTED);
        StoredApproval used = approvals.find(id(2)).orElseThrow();
        assertThat(approvals.status(used, AT)).isEqualTo(Status.USED);
        assertThat(used.version()).isEqualTo(1);
        assertThat(used.request().requester()).isEqualTo(new Person("oidc:1 of https://sso.example.net", "alice"));
        assertThat(used.request().reason()).isEqualTo("für CHG-1");
        assertThat(used.request().expires()).isEqualTo(AT.plus(Duration.ofDays(1)));
        assertThat(used.approvers()).extracting(Person::name).containsExactly("bob", "root");
        assertThat(state.keyrings().get(TenantId.DEFAULT).versions().getFirst().state())
                .isEqualTo(KeyState.DESTROYED);
    }

    @Test
    void an_entry_that_is_cut_off_anywhere_or_is_no_utf_8_is_no_entry() {
        byte[] request = hex(VECTORS.get("entries").get(8).get("entry"));
        for (int length = 0; length < request.length; length++) {
            byte[] cut = Arrays.copyOf(request, length);
            assertThatThrownBy(() -> Entry.decode(cut)).isInstanceOf(MalformedEntryException.class);
        }
        byte[] broken = HexFormat.of()
                .parseHex(VECTORS.get("entries").get(8).get("entry").textValue().replace("c3bc", "c328"));
        assertThatThrownBy(() -> Entry.decode(broken))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("not UTF-8");
    }
}
