package dev.kekkai.attestation.eventlog;

import static dev.kekkai.testing.attestation.LogWriter.EV_EFI_BOOT_SERVICES_APPLICATION;
import static dev.kekkai.testing.attestation.LogWriter.EV_NO_ACTION;
import static dev.kekkai.testing.attestation.LogWriter.EV_SEPARATOR;
import static dev.kekkai.testing.attestation.LogWriter.agile;
import static dev.kekkai.testing.attestation.LogWriter.legacy;
import static dev.kekkai.testing.attestation.LogWriter.u32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.testing.attestation.LogWriter;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventLogTest {
    private static final byte[] SHIM = "shim".getBytes(StandardCharsets.UTF_8);
    private static final byte[] GRUB = "grub".getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @EnumSource(HashAlg.class)
    void a_crypto_agile_log_replays_each_bank_by_itself(HashAlg bank) throws Exception {
        EventLog log = EventLog.parse(agile(HashAlg.values())
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, SHIM)
                .event(7, EV_SEPARATOR, new byte[4])
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, GRUB)
                .bytes());

        byte[] afterShim = bank.digest(new byte[bank.length()], bank.digest(SHIM));
        byte[] afterGrub = bank.digest(afterShim, bank.digest(GRUB));
        assertThat(log.format()).isEqualTo(EventLog.Format.CRYPTO_AGILE);
        assertThat(log.replay(bank, 4)).isEqualTo(Digest.of(bank, afterGrub));
        assertThat(log.digests(bank, 4))
                .containsExactly(Digest.of(bank, bank.digest(SHIM)), Digest.of(bank, bank.digest(GRUB)));
    }

    @Test
    void a_legacy_log_has_sha1_alone() throws Exception {
        EventLog log = EventLog.parse(legacy().event(4, EV_SEPARATOR, SHIM)
                .event(4, EV_SEPARATOR, GRUB)
                .bytes());

        byte[] afterShim = HashAlg.SHA1.digest(new byte[20], HashAlg.SHA1.digest(SHIM));
        assertThat(log.format()).isEqualTo(EventLog.Format.LEGACY);
        assertThat(log.replay(HashAlg.SHA1, 4))
                .isEqualTo(Digest.of(HashAlg.SHA1, HashAlg.SHA1.digest(afterShim, HashAlg.SHA1.digest(GRUB))));
        assertThat(log.covers(HashAlg.SHA1, 4)).isTrue();
        assertThat(log.covers(HashAlg.SHA256, 4)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4})
    void startup_locality_is_where_pcr_0_begins_and_no_other(int locality) throws Exception {
        EventLog log = EventLog.parse(agile(HashAlg.SHA256)
                .startupLocality(locality)
                .event(0, EV_SEPARATOR, SHIM)
                .event(1, EV_SEPARATOR, SHIM)
                .bytes());

        byte[] first = new byte[32];
        first[31] = (byte) locality;
        byte[] extended = HashAlg.SHA256.digest(SHIM);
        assertThat(log.replay(HashAlg.SHA256, 0)).isEqualTo(digest(first, extended));
        assertThat(log.replay(HashAlg.SHA256, 1)).isEqualTo(digest(new byte[32], extended));
    }

    @ParameterizedTest
    @CsvSource({"16, 00", "17, ff", "22, ff", "23, 00"})
    void pcrs_of_a_dynamic_launch_begin_with_ones(int pcr, String filler) throws Exception {
        EventLog log = EventLog.parse(
                agile(HashAlg.SHA256).event(pcr, EV_SEPARATOR, SHIM).bytes());

        byte[] first = java.util.HexFormat.of().parseHex(filler.repeat(32));
        assertThat(log.replay(HashAlg.SHA256, pcr)).isEqualTo(digest(first, HashAlg.SHA256.digest(SHIM)));
    }

    @Test
    void events_without_action_extend_nothing_whatever_pcr_they_name() throws Exception {
        Map<HashAlg, byte[]> digest = Map.of(HashAlg.SHA256, HashAlg.SHA256.digest(SHIM));
        EventLog log = EventLog.parse(agile(HashAlg.SHA256)
                .event(4, EV_NO_ACTION, digest, SHIM)
                .event(0xFFFFFFFF, EV_NO_ACTION, digest, SHIM)
                .event(4, EV_SEPARATOR, GRUB)
                .bytes());

        assertThat(log.digests(HashAlg.SHA256, 4))
                .containsExactly(Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(GRUB)));
    }

    @Test
    void an_event_that_lacks_a_bank_leaves_its_pcr_uncovered_and_no_other() throws Exception {
        EventLog log = EventLog.parse(agile(HashAlg.SHA1, HashAlg.SHA256)
                .event(4, EV_SEPARATOR, SHIM)
                .event(4, EV_SEPARATOR, Map.of(HashAlg.SHA1, HashAlg.SHA1.digest(GRUB)), GRUB)
                .event(7, EV_SEPARATOR, SHIM)
                .bytes());

        assertThat(log.covers(HashAlg.SHA256, 4)).isFalse();
        assertThat(log.covers(HashAlg.SHA1, 4)).isTrue();
        assertThat(log.covers(HashAlg.SHA256, 7)).isTrue();
    }

    @Test
    void algorithms_that_nobody_here_knows_are_passed_over() throws Exception {
        byte[] spec = LogWriter.specId(List.of(HashAlg.SHA256, HashAlg.SHA1));
        spec[32] = 0x12; // the second algorithm: SM3-256, here with a digest of 20 bytes
        byte[] log = legacy().event(0, EV_NO_ACTION, Map.of(HashAlg.SHA1, new byte[20]), spec)
                .raw(u32(4))
                .raw(u32(EV_SEPARATOR))
                .raw(u32(2))
                .raw(new byte[] {0x12, 0})
                .raw(new byte[20])
                .raw(new byte[] {0x0B, 0})
                .raw(HashAlg.SHA256.digest(SHIM))
                .raw(u32(0))
                .bytes();

        assertThat(EventLog.parse(log).digests(HashAlg.SHA256, 4))
                .containsExactly(Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(SHIM)));
    }

    @Test
    void a_pcr_beyond_those_of_a_tpm_is_refused() {
        refused(agile(HashAlg.SHA256).event(24, EV_SEPARATOR, SHIM).bytes(), "a PCR that no TPM has");
    }

    @Test
    void a_startup_locality_twice_or_late_or_of_no_locality_is_refused() {
        refused(agile(HashAlg.SHA256).startupLocality(3).startupLocality(3).bytes(), "StartupLocality");
        refused(
                agile(HashAlg.SHA256)
                        .event(0, EV_SEPARATOR, SHIM)
                        .startupLocality(3)
                        .bytes(),
                "StartupLocality");
        refused(agile(HashAlg.SHA256).startupLocality(1).bytes(), "StartupLocality");
    }

    @Test
    void digests_twice_or_undeclared_or_too_many_are_refused() {
        Map<HashAlg, byte[]> sha384 = Map.of(HashAlg.SHA384, new byte[48]);
        refused(agile(HashAlg.SHA256).event(4, EV_SEPARATOR, sha384, SHIM).bytes(), "Spec ID does not name");
        byte[] one = agile(HashAlg.SHA256, HashAlg.SHA1)
                .raw(u32(4))
                .raw(u32(EV_SEPARATOR))
                .raw(u32(2))
                .raw(new byte[] {4, 0})
                .raw(new byte[20])
                .raw(new byte[] {4, 0})
                .raw(new byte[20])
                .raw(u32(0))
                .bytes();
        refused(one, "a digest twice");
        refused(
                agile(HashAlg.SHA256)
                        .raw(u32(4))
                        .raw(u32(EV_SEPARATOR))
                        .raw(u32(-1))
                        .bytes(),
                "more digests than the Spec ID has algorithms");
    }

    @Test
    void sizes_that_reach_beyond_the_end_are_refused_before_anything_is_allocated() {
        for (int size : new int[] {1, Integer.MAX_VALUE, -1}) {
            refused(
                    legacy().raw(u32(4))
                            .raw(u32(EV_SEPARATOR))
                            .raw(new byte[20])
                            .raw(u32(size))
                            .bytes(),
                    "it ends inside an event's data");
        }
    }

    @Test
    void a_spec_id_with_a_wrong_size_of_a_known_digest_or_one_algorithm_twice_is_refused() {
        byte[] wrongSize = LogWriter.specId(List.of(HashAlg.SHA256));
        wrongSize[30] = 20;
        byte[] twice = LogWriter.specId(List.of(HashAlg.SHA256, HashAlg.SHA256));
        byte[] none = LogWriter.specId(List.of());
        for (byte[] spec : List.of(wrongSize, twice, none)) {
            refused(
                    legacy().event(0, EV_NO_ACTION, Map.of(HashAlg.SHA1, new byte[20]), spec)
                            .bytes(),
                    "the Spec ID");
        }
    }

    @Test
    void what_is_empty_or_too_long_or_has_too_many_events_is_refused() {
        refused(new byte[0], "it is empty");
        refused(new byte[EventLog.MAX_BYTES + 1], "no event log is this long");
        LogWriter many = legacy();
        for (int i = 0; i <= EventLog.MAX_EVENTS; i++) {
            many.event(4, EV_SEPARATOR, new byte[0]);
        }
        refused(many.bytes(), "too many events");
    }

    private static Digest digest(byte[] value, byte[] extended) {
        return Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(value, extended));
    }

    private static void refused(byte[] log, String why) {
        assertThatExceptionOfType(MalformedEventLogException.class)
                .isThrownBy(() -> EventLog.parse(log))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.offset()).isBetween(0, log.length));
    }
}
