package dev.kekkai.tpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kekkai.testing.tpm.Forger;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException.Forged;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Sensitive;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every command must refuse: a response that was cut, that lies about a size or a count, or whose HMAC is wrong. */
class EveryCommandTest {
    private static final int HEADER = 10;
    private static final List<Integer> HANDLE_KINDS = List.of(0x8000_0000, 0x0200_0000, 0x0300_0000);

    private Swtpm swtpm;
    private Forger wire;
    private Tpm tpm;

    static Stream<CommandCase> commands() {
        return EveryCommand.cases().stream();
    }

    static Stream<CommandCase> commandsWithSessions() {
        return commands().filter(CommandCase::sessions);
    }

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        wire = new Forger(Tpms.transport(swtpm));
        tpm = new Tpm(wire, Tpms.TIMEOUT);
    }

    @AfterEach
    void nothing_is_left_in_the_tpm() throws Exception {
        wire.letPass();
        for (int kind : HANDLE_KINDS) {
            assertThat(new CapabilityCommands(tpm).handles(kind)).isEmpty();
        }
        tpm.close();
        swtpm.close();
    }

    @Test
    void no_command_is_missing_here_and_only_those_that_the_tpm_lets_have_none_have_no_sessions() {
        assertThat(commands().map(CommandCase::code))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(CommandCode.values())
                        .filter(code -> code != CommandCode.STARTUP)
                        .toList());
        assertThat(commands().filter(command -> !command.sessions()).map(CommandCase::code))
                .containsExactlyInAnyOrder(
                        CommandCode.FLUSH_CONTEXT,
                        CommandCode.CONTEXT_SAVE,
                        CommandCode.CONTEXT_LOAD,
                        CommandCode.START_AUTH_SESSION);
    }

    @Test
    void startup_has_a_response_of_a_header_alone_and_refuses_it_cut_as_well() throws Exception {
        try (Swtpm asleep = Swtpm.startedByNobody();
                Forger toIt = new Forger(Tpms.transport(asleep));
                Tpm itsTpm = new Tpm(toIt, Tpms.TIMEOUT)) {
            toIt.change(CommandCode.STARTUP.code(), response -> response);
            new SystemCommands(itsTpm).startup();
            cutEverywhere(toIt, toIt.last(), CommandCode.STARTUP, extra -> {
                new SystemCommands(itsTpm).startup();
                return null;
            });
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_response_that_is_cut_at_any_length_is_refused_and_its_handle_flushed(CommandCase command) throws Exception {
        command.scenario().play(tpm, call -> cutEverywhere(wire, real(command, call), command.code(), call));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_false_size_or_count_is_refused(CommandCase command) throws Exception {
        command.scenario().play(tpm, call -> {
            byte[] real = real(command, call);
            List<SizeFields.Field> fields =
                    SizeFields.in(real, command.code().givesHandle(), command.passwords(), command.response());
            for (SizeFields.Field field : fields) {
                long most = (1L << 8 * field.width()) - 1;
                refused(wire, command.code(), field.set(real, most), call);
                refused(wire, command.code(), field.set(real, most >> 1), call);
            }
            SizeFields.Field last = fields.getLast();
            long size = field(real, last);
            refused(wire, command.code(), last.set(real, size + 1), call);
            wire.letPass();
        });
    }

    @ParameterizedTest
    @MethodSource("commandsWithSessions")
    void a_wrong_hmac_is_refused(CommandCase command) throws Exception {
        inSession(command, response -> response, (call, use) -> close(call.run(use)));
        for (int fromTheEnd : new int[] {1, 32}) {
            inSession(
                    command,
                    response -> flipped(response, response.length - fromTheEnd),
                    (call, use) -> assertThatExceptionOfType(Forged.class).isThrownBy(() -> close(call.run(use))));
        }
    }

    @ParameterizedTest
    @MethodSource("commandsWithSessions")
    void a_response_that_was_changed_under_its_hmac_is_refused(CommandCase command) throws Exception {
        inSession(
                command,
                response -> withoutSessions(response, command.code().givesHandle()),
                (call, use) -> assertThatExceptionOfType(Malformed.class).isThrownBy(() -> close(call.run(use))));
        if (!command.response().isEmpty()) {
            int first = HEADER + (command.code().givesHandle() ? 4 : 0) + 4;
            inSession(command, response -> flipped(response, first), (call, use) -> assertThat(
                            catchThrowable(() -> close(call.run(use))))
                    .isInstanceOf(Forged.class));
        }
    }

    private interface Attempt {
        void make(CommandCase.Call call, Authorization use) throws Exception;
    }

    /** Plays the scenario with a salted session beside the passwords, and the command's real response changed. */
    private void inSession(CommandCase command, java.util.function.UnaryOperator<byte[]> change, Attempt attempt)
            throws Exception {
        wire.letPass();
        try (AuthSession session = salted()) {
            command.scenario().play(tpm, call -> {
                wire.change(command.code().code(), change);
                attempt.make(call, session.use().auditing());
                assertThat(wire.forged()).isOne();
                wire.letPass();
            });
        }
    }

    private AuthSession salted() throws Exception {
        try (LoadedObject ek = new ObjectCommands(tpm)
                .createPrimary(Hierarchy.ENDORSEMENT, EkTemplate.L_2.template(), Sensitive.none())) {
            return new SessionCommands(tpm).hmac(ek.entity(), ek.publicArea());
        }
    }

    /** Performs the command for real, and gives the response. */
    private byte[] real(CommandCase command, CommandCase.Call call) throws Exception {
        wire.change(command.code().code(), response -> response);
        close(call.run());
        return wire.last();
    }

    private static void cutEverywhere(Forger wire, byte[] real, CommandCode code, CommandCase.Call call)
            throws Exception {
        wire.answer(code.code(), real);
        close(call.run());
        for (int length = 0; length < real.length; length++) {
            byte[] cut = Arrays.copyOf(real, length);
            refused(wire, code, cut, call);
            if (length > HEADER) {
                refused(
                        wire,
                        code,
                        ByteBuffer.wrap(cut.clone()).putInt(2, length).array(),
                        call);
                if (code.givesHandle() && length >= HEADER + 4) {
                    assertThat(wire.flushed())
                            .containsExactly(ByteBuffer.wrap(real).getInt(HEADER));
                }
            }
        }
        wire.letPass();
    }

    private static void refused(Forger wire, CommandCode code, byte[] response, CommandCase.Call call) {
        wire.answer(code.code(), response);
        assertThat(catchThrowable(() -> close(call.run())))
                .as("a response of %d bytes", response.length)
                .isInstanceOfAny(Malformed.class, Forged.class);
        assertThat(wire.forged()).isOne();
    }

    private static byte[] flipped(byte[] response, int at) {
        byte[] forged = response.clone();
        forged[at] ^= 1;
        return forged;
    }

    /** As an attacker would who cannot make HMACs: all of the response but its sessions. */
    private static byte[] withoutSessions(byte[] response, boolean handle) {
        int head = HEADER + (handle ? 4 : 0);
        int parameters = ByteBuffer.wrap(response).getInt(head);
        byte[] forged = new byte[head + parameters];
        System.arraycopy(response, 0, forged, 0, head);
        System.arraycopy(response, head + 4, forged, head, parameters);
        ByteBuffer.wrap(forged).putShort(0, (short) 0x8001).putInt(2, forged.length);
        return forged;
    }

    private static long field(byte[] response, SizeFields.Field field) {
        long value = 0;
        for (int i = 0; i < field.width(); i++) {
            value = value << 8 | response[field.offset() + i] & 0xFF;
        }
        return value;
    }

    private static void close(AutoCloseable result) throws Exception {
        if (result != null) {
            result.close();
        }
    }
}
