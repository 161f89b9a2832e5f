package dev.kekkai.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Provenance;
import dev.kekkai.custody.Signer;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.EkMark;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A chain that other code made from the written format. */
class AuthorityVectorsTest {
    private static final JsonNode VECTORS = vectors();

    private static JsonNode vectors() {
        try (InputStream in =
                Objects.requireNonNull(AuthorityVectorsTest.class.getResourceAsStream("/authority/v1.json"))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] hex(JsonNode text) {
        return HexFormat.of().parseHex(text.textValue());
    }

    private static List<ChainEntry> entries() {
        List<ChainEntry> entries = new ArrayList<>();
        VECTORS.get("entries")
                .forEach(
                        entry -> entries.add(new ChainEntry(entry.get("serial").longValue(), hex(entry.get("entry")))));
        return entries;
    }

    private static StoreContent content(List<ChainEntry> chain) {
        JsonNode last = VECTORS.get("entries").get(VECTORS.get("entries").size() - 1);
        return new StoreContent(
                Map.of(),
                List.of(),
                List.of(),
                chain,
                Optional.of(new SignedHead(
                        last.get("serial").longValue(), hex(last.get("hash")), hex(VECTORS.get("signature")))));
    }

    /** A signer that only verifies: nobody has its private key any more. */
    private record Verifying(byte[] publicKey) implements Signer {
        @Override
        public CompletionStage<byte[]> sign(byte[] message) {
            return CompletableFuture.failedFuture(new Unavailable("this key only verifies"));
        }
    }

    private static final Signer SIGNER = new Verifying(hex(VECTORS.get("publicKey")));

    @Test
    void every_entry_is_read_and_written_to_the_same_bytes_and_hash() throws Exception {
        for (JsonNode vector : VECTORS.get("entries")) {
            Entry entry = Entry.decode(hex(vector.get("entry")));

            assertThat(entry.serial()).isEqualTo(vector.get("serial").longValue());
            assertThat(StatementCodec.encode(entry.statement()).kind())
                    .isEqualTo(vector.get("kind").textValue());
            assertThat(entry.encode()).as(vector.get("kind").textValue()).isEqualTo(hex(vector.get("entry")));
            assertThat(entry.head().hash()).isEqualTo(hex(vector.get("hash")));
        }
    }

    @Test
    void every_kind_has_a_vector() {
        List<String> kinds = VECTORS.get("entries").findValuesAsText("kind");

        assertThat(kinds)
                .contains("chain.begin", "chain.reconcile", "keyring.create", "keyring.raise-floor", "key.register")
                .contains("key.activate", "key.schedule", "key.retire", "key.disable", "key.enable")
                .contains("key.begin-destroying", "key.destroy", "key.accept-provenance", "key.replace-canary")
                .contains("key.learn-id", "node.enroll", "node.pin-ak", "node.evict", "node.re-baseline", "policy.put");
    }

    @Test
    void the_chain_is_verified_and_says_what_became_of_the_keyring() throws Exception {
        Chain chain = Chain.verify(content(entries()), SIGNER);

        assertThat(Chain.signed(chain.head())).isEqualTo(hex(VECTORS.get("signed")));
        StoredKeyring keyring = chain.replay().get(TenantId.DEFAULT);
        assertThat(keyring.epochFloor()).isEqualTo(12_288);
        assertThat(keyring.versions())
                .extracting(StoredVersion::state)
                .containsExactly(KeyState.DESTROYED, KeyState.ACTIVE, KeyState.RETIRED);
        StoredVersion first = keyring.versions().getFirst();
        assertThat(first.provenance()).isEqualTo(new Provenance(false, true, false));
        assertThat(first.canary()).containsExactly(9, 8, 7);
        assertThat(first.epoch()).isEqualTo(1);
        assertThat(keyring.learnedKeyIds()).containsValue(first.kek().version());
        assertThat(chain.head().serial()).isEqualTo(41);
    }

    @Test
    void the_chain_says_what_became_of_nodes_and_policies() throws Exception {
        StoredFleet fleet =
                Chain.verify(content(entries()), SIGNER).replayFleet().fleet(41);

        assertThat(fleet.nodes().values()).singleElement().satisfies(node -> {
            assertThat(node.id().value()).isEqualTo(UUID.fromString("0e0e0e0e-1111-4222-8333-000000000002"));
            assertThat(node.name()).isEqualTo("cp-1");
            assertThat(node.group()).isEqualTo("control-plane");
            assertThat(node.ek().kind()).isEqualTo(EkMark.Kind.SPKI);
            assertThat(node.otherEk().orElseThrow().kind()).isEqualTo(EkMark.Kind.NAME);
            assertThat(node.pinnedAk()).isEmpty();
            assertThat(node.evicted()).isEmpty();
        });
        assertThat(fleet.policies().get(new StoredFleet.Group(TenantId.DEFAULT, "control-plane")))
                .asString(StandardCharsets.US_ASCII)
                .startsWith("{\"bank\":\"sha256\"");
    }

    @Test
    void what_a_reconciliation_gave_up_counts_as_reached_and_nothing_beyond_it() throws Exception {
        Chain chain = Chain.verify(content(entries()), SIGNER);
        byte[] another = new byte[32];

        assertThat(chain.reaches(new SeenHead(chain.id(), 40, another))).isTrue();
        assertThat(chain.reaches(new SeenHead(chain.id(), 20, another))).isTrue();
        assertThat(chain.reaches(new SeenHead(chain.id(), 41, another))).isFalse();
        assertThat(chain.reaches(new SeenHead(chain.id(), 42, another))).isFalse();
        assertThat(chain.reaches(new SeenHead(TenantId.DEFAULT.value(), 3, another)))
                .isFalse();
    }

    @Test
    void a_bit_that_is_flipped_anywhere_is_found() {
        List<ChainEntry> entries = entries();
        for (int index = 0; index < entries.size(); index++) {
            for (int at = 0; at < entries.get(index).bytes().length; at++) {
                byte[] flipped = entries.get(index).bytes().clone();
                flipped[at] ^= 1;
                List<ChainEntry> forged = new ArrayList<>(entries);
                forged.set(index, new ChainEntry(entries.get(index).serial(), flipped));

                assertThatThrownBy(() -> Chain.verify(content(forged), SIGNER))
                        .as("entry %d, byte %d", index, at)
                        .isInstanceOf(UntrustedStoreException.class);
            }
        }
    }

    @Test
    void an_entry_that_is_cut_off_anywhere_is_no_entry() {
        byte[] whole = entries().get(2).bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Entry.decode(cut)).isInstanceOf(MalformedEntryException.class);
        }
        assertThatThrownBy(() -> Entry.decode(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("left over");
    }

    @Test
    void a_kind_of_a_later_version_is_named_and_nothing_is_guessed() {
        byte[] known = entries().get(8).bytes();
        String text = new String(known, StandardCharsets.ISO_8859_1).replace("key.enable", "key.future");

        assertThatThrownBy(() -> Entry.decode(text.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("'key.future' is not known to this version of Kekkai");
    }
}
