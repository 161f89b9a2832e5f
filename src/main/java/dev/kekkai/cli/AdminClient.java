package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.Workbench;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.KeysGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks a running server over its admin socket. */
final class AdminClient {
    private static final long PATIENCE_SECONDS = 60;

    private AdminClient() {}

    /** Makes one call; a refusal of the server's comes back as the server put it. */
    static <T> T call(KekkaiConfig config, Function<AdminGrpc.AdminBlockingStub, T> call) throws CommandException {
        return call(config, AdminGrpc::newBlockingStub, call);
    }

    /** The same, of the service that changes keys. */
    static <T> T keys(KekkaiConfig config, Function<KeysGrpc.KeysBlockingStub, T> call) throws CommandException {
        return call(config, KeysGrpc::newBlockingStub, call);
    }

    /** The same, of any service behind the admin socket. */
    static <S extends AbstractStub<S>, T> T call(KekkaiConfig config, Function<Channel, S> stub, Function<S, T> call)
            throws CommandException {
        Path socket = Workbench.adminSocket(config);
        try (UnixSocketChannel channel = UnixSocketChannel.open(socket, UnixSocketChannel.LOCALHOST)) {
            return call.apply(stub.apply(channel.channel()).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (StatusRuntimeException e) {
            throw failure(e.getStatus(), socket);
        }
    }

    /** Whether a server accepts on its admin socket. */
    static boolean serverThere(KekkaiConfig config) {
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(Workbench.adminSocket(config)))) {
            return connection.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static CommandException failure(Status status, Path socket) {
        String said = status.getDescription();
        return switch (status.getCode()) {
            case FAILED_PRECONDITION -> new CommandException(ExitCode.KEYRING, String.valueOf(said));
            case INVALID_ARGUMENT -> new CommandException(ExitCode.FAILED, String.valueOf(said));
            case UNAVAILABLE ->
                status.getCause() == null
                        ? new CommandException(ExitCode.HSM, String.valueOf(said))
                        : new CommandException(
                                ExitCode.NOT_SERVING,
                                "no server answers on " + socket
                                        + ": start it with 'kekkai serve', or look at its log (only its own user and root may connect)");
            case DEADLINE_EXCEEDED ->
                new CommandException(
                        ExitCode.FAILED,
                        "the server did not answer within " + PATIENCE_SECONDS
                                + " s, and may still be at it: 'kekkai key list' shows how far it came");
            default -> new CommandException(ExitCode.FAILED, "the server answered " + status.getCode() + ": " + said);
        };
    }
}
