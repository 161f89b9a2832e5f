package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.Workbench;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks a running server over its admin socket. */
final class AdminClient {
    private static final long PATIENCE_SECONDS = 60;

    private AdminClient() {}

    /** Makes one call; a refusal of the server's comes back as the server put it. */
    static <T> T call(KekkaiConfig config, Function<AdminGrpc.AdminBlockingStub, T> call) throws CommandException {
        Path socket = Workbench.adminSocket(config);
        try (UnixSocketChannel channel = UnixSocketChannel.open(socket, UnixSocketChannel.LOCALHOST)) {
            return call.apply(
                    AdminGrpc.newBlockingStub(channel.channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (StatusRuntimeException e) {
            throw failure(e.getStatus(), socket);
        }
    }

    private static CommandException failure(Status status, Path socket) {
        String said = status.getDescription();
        return switch (status.getCode()) {
            case FAILED_PRECONDITION -> new CommandException(ExitCode.KEYRING, String.valueOf(said));
            case UNAVAILABLE ->
                status.getCause() == null
                        ? new CommandException(ExitCode.HSM, String.valueOf(said))
                        : new CommandException(
                                ExitCode.NOT_SERVING,
                                "no server answers on " + socket
                                        + ": start it with 'kekkai serve', or look at its log (only its own user and root may connect)");
            default -> new CommandException(ExitCode.FAILED, "the server answered " + status.getCode() + ": " + said);
        };
    }
}
