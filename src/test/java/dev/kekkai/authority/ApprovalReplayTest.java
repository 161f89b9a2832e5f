package dev.kekkai.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.authority.Statement.ApprovalChanged;
import dev.kekkai.authority.Statement.Begun;
import dev.kekkai.authority.Statement.Changed;
import dev.kekkai.authority.Statement.Reconciled;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.ApprovalEvent.Decided;
import dev.kekkai.store.ApprovalEvent.Requested;
import dev.kekkai.store.ApprovalEvent.Ruled;
import dev.kekkai.store.ApprovalEvent.Used;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of approvals, by replay alone: one run that is accepted, and what changes one thing in it. */
class ApprovalReplayTest {
    private static final Instant T = Instant.parse("2026-05-06T07:08:09Z");
    private static final TenantId TENANT = TenantId.DEFAULT;
    private static final Lineage LINEAGE = new Lineage(UUID.fromString("0a0b0c0d-1111-4222-8333-444455556666"));
    private static final VersionId V1 = VersionId.parse("000102030405060708090a0b0c0d0e0f");
    private static final VersionId V2 = VersionId.parse("101112131415161718191a1b1c1d1e1f");
    private static final VersionId V3 = VersionId.parse("202122232425262728292a2b2c2d2e2f");
    private static final ApprovalId ID = new ApprovalId(UUID.fromString("aaaaaaaa-1111-4222-8333-444455556666"));
    private static final ApprovalId OTHER = new ApprovalId(UUID.fromString("bbbbbbbb-1111-4222-8333-444455556666"));
    private static final Person ALICE = new Person("oidc:1", "alice");
    private static final Person BOB = new Person("cert:/CN=bob", "bob");
    private static final Person CAROL = new Person("host", "root");

    // Where each step of the accepted run is.
    private static final int RULE = 9;
    private static final int REQUEST = 10;
    private static final int BOBS = 11;
    private static final int CAROLS = 12;
    private static final int USE = 13;
    private static final int BEGIN = 14;

    private record Step(Instant at, Statement statement) {}

    private static Statement key(KeyringEvent event) {
        return new Changed(TENANT, event);
    }

    private static Statement said(ApprovalEvent event) {
        return new ApprovalChanged(event);
    }

    private static StoredVersion version(int number, VersionId id) {
        return new StoredVersion(
                new Kek(id, LINEAGE, number, Mechanism.AES_GCM),
                KeyState.PREPARED,
                null,
                Provenance.BORN_INSIDE,
                new byte[] {1},
                T,
                null,
                0);
    }

    private static Requested request(ApprovalId id, VersionId of, String state, int required) {
        return new Requested(
                id,
                TENANT,
                ApprovalRule.DESTROY,
                of.toString(),
                state,
                ApprovalReplay.BACKUPS,
                ALICE,
                "rotated long ago",
                required,
                T.plus(Duration.ofHours(24)));
    }

    /** What versions 1 and 2 are when they are asked about. */
    private static String state(VersionId id) {
        Replaying state = new Replaying();
        List<Step> steps = accepted().subList(0, RULE);
        assertThatCode(() -> play(state, steps)).doesNotThrowAnyException();
        return state.keyrings().get(TENANT).versions().stream()
                .filter(version -> version.kek().version().equals(id))
                .map(SubjectState::of)
                .findFirst()
                .orElseThrow();
    }

    private static List<Step> life() {
        return Stream.of(
                        new Begun(Optional.empty()),
                        key(new KeyringEvent.Created(LINEAGE, 0)),
                        key(new KeyringEvent.Registered(version(1, V1))),
                        key(new KeyringEvent.Activated(V1, 1, T)),
                        key(new KeyringEvent.Registered(version(2, V2))),
                        key(new KeyringEvent.Activated(V2, 2, T)),
                        key(new KeyringEvent.Registered(version(3, V3))),
                        key(new KeyringEvent.Activated(V3, 3, T)),
                        key(new KeyringEvent.Disabled(V1, T)))
                .map(statement -> new Step(T, statement))
                .toList();
    }

    private static List<Step> accepted() {
        List<Step> steps = new ArrayList<>(life());
        Replaying now = new Replaying();
        assertThatCode(() -> play(now, life())).doesNotThrowAnyException();
        String state = SubjectState.of(now.keyrings().get(TENANT).versions().getFirst());
        steps.add(new Step(T, said(new Ruled(ApprovalRule.DESTROY, new ApprovalRule(2, false)))));
        steps.add(new Step(T, said(request(ID, V1, state, 2))));
        steps.add(new Step(T.plusSeconds(1), said(new Decided(ID, true, BOB, "fine"))));
        steps.add(new Step(T.plusSeconds(2), said(new Decided(ID, true, CAROL, ""))));
        steps.add(new Step(T.plusSeconds(3), said(new Used(ID))));
        steps.add(new Step(T.plusSeconds(3), key(new KeyringEvent.DestructionBegun(V1, T.plusSeconds(3)))));
        steps.add(new Step(T.plusSeconds(4), key(new KeyringEvent.Destroyed(V1))));
        return steps;
    }

    private static void play(Replaying state, List<Step> steps) throws StoreException {
        long serial = 0;
        for (Step step : steps) {
            state.apply(new Entry(OTHER.value(), ++serial, new byte[Entry.HASH_BYTES], step.at(), step.statement()));
        }
        state.end();
    }

    @Test
    void the_run_that_is_changed_below_is_accepted() throws Exception {
        Replaying state = new Replaying();
        play(state, accepted());

        assertThat(state.keyrings().get(TENANT).versions().getFirst().state()).isEqualTo(KeyState.DESTROYED);
        assertThat(state.approvals(1).find(ID).orElseThrow().used()).isPresent();
    }

    private static Arguments attack(String name, Consumer<List<Step>> change, String reason) {
        return Arguments.of(name, change, reason);
    }

    private static void replace(List<Step> steps, int at, Statement with) {
        steps.set(at, new Step(steps.get(at).at(), with));
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
                attack(
                        "no approval at all",
                        steps -> steps.subList(REQUEST, BEGIN).clear(),
                        "only after 2 other"),
                attack("the use is left out", steps -> steps.remove(USE), "only after 2 other"),
                attack("one approval is left out", steps -> steps.remove(BOBS), "1 of 2 have approved"),
                attack("the request is left out", steps -> steps.remove(REQUEST), "there is no request"),
                attack(
                        "approvals before the request",
                        steps -> steps.add(CAROLS, steps.remove(REQUEST)),
                        "there is no request"),
                attack(
                        "the requester approves",
                        steps -> replace(steps, CAROLS, said(new Decided(ID, true, ALICE, ""))),
                        "nobody approves what they asked for"),
                attack(
                        "the requester approves under another name",
                        steps -> replace(
                                steps, CAROLS, said(new Decided(ID, true, new Person(ALICE.id(), "carol"), ""))),
                        "nobody approves what they asked for"),
                attack(
                        "the same approver twice",
                        steps -> replace(steps, CAROLS, said(new Decided(ID, true, BOB, ""))),
                        "has approved already"),
                attack(
                        "the same approver under another name",
                        steps -> replace(steps, CAROLS, said(new Decided(ID, true, new Person(BOB.id(), "carol"), ""))),
                        "has approved already"),
                attack(
                        "an approver without an id",
                        steps -> replace(steps, CAROLS, said(new Decided(ID, true, new Person(" ", "carol"), ""))),
                        "has an id and a name"),
                attack(
                        "a rejection in between",
                        steps -> steps.add(USE, new Step(T.plusSeconds(2), said(new Decided(ID, false, CAROL, "no")))),
                        "is REJECTED"),
                attack(
                        "taken back in between",
                        steps -> steps.add(USE, new Step(T.plusSeconds(2), said(new Decided(ID, false, ALICE, "")))),
                        "is WITHDRAWN"),
                attack(
                        "approved too late",
                        steps -> steps.set(
                                CAROLS,
                                new Step(
                                        T.plus(Duration.ofHours(24)),
                                        steps.get(CAROLS).statement())),
                        "is EXPIRED"),
                attack(
                        "used too late",
                        steps -> steps.set(
                                USE,
                                new Step(
                                        T.plus(Duration.ofHours(24)),
                                        steps.get(USE).statement())),
                        "is EXPIRED"),
                attack(
                        "expired, and then the clock is set back",
                        steps -> steps.add(
                                CAROLS, new Step(T.plus(Duration.ofHours(25)), key(new KeyringEvent.FloorRaised(5)))),
                        "is EXPIRED"),
                attack(
                        "a request that never expires",
                        steps -> replace(
                                steps,
                                REQUEST,
                                said(with(T.plus(Duration.ofDays(8)), 2, ApprovalReplay.BACKUPS, "why"))),
                        "waits for 7 days at most"),
                attack(
                        "another subject is destroyed",
                        steps -> {
                            steps.add(RULE, new Step(T, key(new KeyringEvent.Disabled(V2, T))));
                            replace(steps, BEGIN + 1, key(new KeyringEvent.DestructionBegun(V2, T)));
                        },
                        "for another key version than it is about"),
                attack(
                        "another tenant's version is destroyed",
                        steps -> replace(
                                steps,
                                BEGIN,
                                new Changed(
                                        new TenantId(OTHER.value()),
                                        new KeyringEvent.DestructionBegun(V1, T.plusSeconds(3)))),
                        "for another key version than it is about"),
                attack(
                        "something else comes between use and destruction",
                        steps -> steps.add(BEGIN, new Step(T.plusSeconds(3), key(new KeyringEvent.FloorRaised(5)))),
                        "used for something else"),
                attack(
                        "a use without a destruction",
                        steps -> steps.subList(BEGIN, BEGIN + 2).clear(),
                        "used for something else"),
                attack(
                        "used twice",
                        steps -> {
                            steps.remove(BEGIN + 1);
                            steps.add(new Step(T.plusSeconds(4), key(new KeyringEvent.Enabled(V1))));
                            steps.add(new Step(T.plusSeconds(5), key(new KeyringEvent.Disabled(V1, T))));
                            steps.add(new Step(T.plusSeconds(6), said(new Used(ID))));
                        },
                        "is USED"),
                attack(
                        "enabled and disabled again since it was seen",
                        steps -> {
                            steps.add(USE, new Step(T.plusSeconds(2), key(new KeyringEvent.Enabled(V1))));
                            steps.add(
                                    USE + 1,
                                    new Step(T.plusSeconds(2), key(new KeyringEvent.Disabled(V1, T.plusSeconds(2)))));
                        },
                        "is OVERTAKEN"),
                attack(
                        "asked for with fewer than the rule says",
                        steps -> replace(
                                steps,
                                REQUEST,
                                said(with(T.plus(Duration.ofHours(1)), 1, ApprovalReplay.BACKUPS, "why"))),
                        "the rule asks for 2"),
                attack(
                        "the rule is raised meanwhile",
                        steps -> steps.add(
                                USE,
                                new Step(
                                        T.plusSeconds(2),
                                        said(new Ruled(ApprovalRule.DESTROY, new ApprovalRule(3, false))))),
                        "2 of 3 have approved"),
                attack(
                        "the rule is lowered after the request",
                        steps -> steps.set(
                                BOBS, new Step(T, said(new Ruled(ApprovalRule.DESTROY, new ApprovalRule(1, false))))),
                        "1 of 2 have approved"),
                attack(
                        "without the word on backups",
                        steps -> replace(steps, REQUEST, said(with(T.plus(Duration.ofHours(1)), 2, "", "why"))),
                        "the word on older backups"),
                attack(
                        "without a reason",
                        steps -> replace(
                                steps,
                                REQUEST,
                                said(with(T.plus(Duration.ofHours(1)), 2, ApprovalReplay.BACKUPS, " "))),
                        "needs a reason"),
                attack(
                        "a reason that moves the cursor",
                        steps -> replace(
                                steps,
                                REQUEST,
                                said(with(T.plus(Duration.ofHours(1)), 2, ApprovalReplay.BACKUPS, "a\u001b[2Jb"))),
                        "not for reading"),
                attack("the same request again", steps -> steps.add(BOBS, steps.get(REQUEST)), "there is a request"),
                attack(
                        "a second request about the same version",
                        steps -> steps.add(BOBS, new Step(T, said(request(OTHER, V1, state(V1), 2)))),
                        "waits already"),
                attack(
                        "a request about a version that is not DISABLED",
                        steps -> replace(steps, REQUEST, said(request(ID, V2, state(V2), 2))),
                        "is not DISABLED"),
                attack(
                        "a request about another state",
                        steps -> replace(steps, REQUEST, said(request(ID, V1, "00".repeat(32), 2))),
                        "has changed meanwhile"),
                attack(
                        "the store is reconciled with an older one meanwhile",
                        steps -> steps.add(
                                CAROLS,
                                new Step(
                                        T.plusSeconds(1),
                                        new Reconciled(Optional.of(new SeenHead(OTHER.value(), 99, new byte[32]))))),
                        "is OVERTAKEN"),
                attack(
                        "a rule about something unknown",
                        steps -> replace(steps, RULE, said(new Ruled("key.exfiltrate", new ApprovalRule(1, false)))),
                        "takes approvals"),
                attack(
                        "a rule that asks for nobody",
                        steps ->
                                replace(steps, RULE, said(new Ruled(ApprovalRule.DESTROY, new ApprovalRule(0, false)))),
                        "1 to 9 approvals"));
    }

    private static Requested with(Instant expires, int required, String parameters, String reason) {
        return new Requested(
                ID,
                TENANT,
                ApprovalRule.DESTROY,
                V1.toString(),
                state(V1),
                parameters,
                ALICE,
                reason,
                required,
                expires);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void one_change_is_enough_for_a_chain_not_to_be_believed(String name, Consumer<List<Step>> change, String reason) {
        List<Step> steps = accepted();
        change.accept(steps);

        assertThatThrownBy(() -> play(new Replaying(), steps))
                .as(name)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void where_no_rule_was_declared_or_it_exempts_the_host_its_word_suffices() throws Exception {
        List<Step> before = new ArrayList<>(accepted());
        before.subList(RULE, BEGIN).clear();
        play(new Replaying(), before);

        List<Step> exempt = new ArrayList<>(accepted());
        exempt.subList(REQUEST, BEGIN).clear();
        replace(exempt, RULE, said(new Ruled(ApprovalRule.DESTROY, new ApprovalRule(2, true))));
        play(new Replaying(), exempt);
    }

    @Test
    void a_destruction_that_was_begun_before_the_rule_is_finished_without_approvals() throws Exception {
        List<Step> steps = new ArrayList<>(accepted());
        steps.subList(REQUEST, BEGIN).clear();
        steps.add(RULE, steps.remove(RULE + 1));

        play(new Replaying(), steps);
    }

    /** Runs at random: whichever is accepted, its destruction had what the rule asks for, counted by other code than the replay's. */
    @Test
    void whatever_is_accepted_was_approved_by_enough_others_in_time_and_once() {
        Random random = new Random(20260506);
        List<Person> persons = List.of(ALICE, BOB, CAROL, new Person(BOB.id(), "bobby"));
        int destroyed = 0;
        int refused = 0;
        for (int run = 0; run < 20_000; run++) {
            List<Step> steps = new ArrayList<>(accepted().subList(0, REQUEST + 1));
            Instant now = T;
            for (int step = 0; step < 2 + random.nextInt(6); step++) {
                now = now.plus(Duration.ofHours(random.nextInt(4) == 0 ? 13 : 0));
                steps.add(new Step(
                        now,
                        switch (random.nextInt(9)) {
                            case 0 -> said(new Used(ID));
                            case 1 -> said(new Decided(ID, false, persons.get(random.nextInt(4)), ""));
                            default -> said(new Decided(ID, true, persons.get(random.nextInt(4)), ""));
                        }));
            }
            steps.add(new Step(now, said(new Used(ID))));
            steps.add(new Step(now, key(new KeyringEvent.DestructionBegun(V1, now))));
            try {
                play(new Replaying(), steps);
                destroyed++;
                assertThat(entitled(steps)).as("%s", steps).isTrue();
            } catch (StoreException e) {
                refused++;
            }
        }
        assertThat(destroyed).as("some runs are accepted").isGreaterThan(50);
        assertThat(refused).as("most are not").isGreaterThan(destroyed);
    }

    private static boolean entitled(List<Step> steps) {
        Set<String> approvers = new HashSet<>();
        boolean rejected = false;
        long uses = 0;
        for (Step step : steps) {
            switch (step.statement()) {
                case ApprovalChanged(Decided decided) -> {
                    rejected |= !decided.approves();
                    approvers.add(decided.person().id());
                }
                case ApprovalChanged(Used ignored) -> uses++;
                default -> {}
            }
        }
        return !rejected
                && uses == 1
                && approvers.size() >= 2
                && !approvers.contains(ALICE.id())
                && steps.getLast().at().isBefore(T.plus(Duration.ofHours(24)));
    }

    @Test
    void no_more_than_32_requests_of_a_tenant_wait_at_once() throws Exception {
        List<Step> steps = new ArrayList<>(life());
        for (int number = 4; number <= 4 + StoredApprovals.MOST_OPEN; number++) {
            VersionId id = VersionId.parse("%032x".formatted(0xAB00 + number));
            steps.add(new Step(T, key(new KeyringEvent.Registered(disabled(number, id)))));
            steps.add(new Step(
                    T,
                    said(request(new ApprovalId(new UUID(7, number)), id, SubjectState.of(disabled(number, id)), 1))));
        }

        play(new Replaying(), steps.subList(0, steps.size() - 1));
        assertThatThrownBy(() -> play(new Replaying(), steps)).hasMessageContaining("32 requests wait already");
        steps.add(steps.size() - 1, new Step(T, said(new Decided(new ApprovalId(new UUID(7, 9)), false, BOB, ""))));
        play(new Replaying(), steps);
    }

    private static StoredVersion disabled(int number, VersionId id) {
        return new StoredVersion(
                new Kek(id, LINEAGE, number, Mechanism.AES_GCM),
                KeyState.DISABLED,
                null,
                Provenance.BORN_INSIDE,
                new byte[] {1},
                T,
                null,
                T,
                T,
                null,
                0);
    }

    @Test
    void what_is_written_is_read_as_it_was() throws Exception {
        for (Step step : accepted()) {
            Entry entry = new Entry(OTHER.value(), 7, new byte[Entry.HASH_BYTES], step.at(), step.statement());
            assertThat(Entry.decode(entry.encode()).encode()).isEqualTo(entry.encode());
        }
        Statement umlauts = said(new Decided(ID, true, new Person("cert:/CN=Jörg", "Jörg 結界"), "für später"));
        Entry entry = new Entry(OTHER.value(), 7, new byte[Entry.HASH_BYTES], T, umlauts);
        assertThat(Entry.decode(entry.encode()).statement()).isEqualTo(umlauts);
    }

    @Test
    void the_same_state_has_the_same_hash_and_another_one_another() throws Exception {
        Replaying state = new Replaying();
        play(state, life());
        StoredVersion disabled = state.keyrings().get(TENANT).versions().getFirst();
        StoredVersion other = state.keyrings().get(TENANT).versions().get(1);

        assertThat(Map.of(SubjectState.of(disabled), 1, SubjectState.of(other), 2))
                .hasSize(2);
        assertThat(SubjectState.of(disabled)).isEqualTo(state(V1));
    }
}
