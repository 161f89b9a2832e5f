package dev.kekkai.cli;

import com.google.protobuf.ByteString;
import dev.kekkai.app.ExitCode;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai probe}: does with a KMS socket what kube-apiserver does, over both APIs, and says how it went. */
final class ProbeCommand {
    private static final int SEED_BYTES = 32;
    private static final int ROUNDS = 10;
    private static final long PATIENCE_SECONDS = 5;

    private ProbeCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                        "probe",
                        "Be a KMS client: Status, Encrypt and Decrypt a random 32-byte seed (v2), and ping (v1beta1), against a socket.",
                        "",
                        "Any KMS plugin's socket will do, also one that is not Kekkai's.")
                .addOption(OptionSpec.builder("--socket")
                        .paramLabel("PATH")
                        .type(Path.class)
                        .description("The socket (default: kms.socket of the configuration, which is then not needed).")
                        .build());
    }

    static ExitCode run(Terminal terminal, ParseResult options) throws ConfigException, CommandException, IOException {
        Path given = options.matchedOptionValue("--socket", null);
        Path socket = given != null
                ? given.toAbsolutePath()
                : ConfigFile.load(terminal.config(), terminal.environment())
                        .kms()
                        .socket();
        try (UnixSocketChannel channel = UnixSocketChannel.open(socket, UnixSocketChannel.LOCALHOST)) {
            print(terminal, socket, v2(channel.channel()), v1(channel.channel()));
            return ExitCode.OK;
        } catch (StatusRuntimeException e) {
            throw new CommandException(
                    ExitCode.NOT_SERVING,
                    "the KMS at " + socket + " answered " + e.getStatus().getCode() + ": "
                            + e.getStatus().getDescription());
        }
    }

    /** How one round trip over v2 went. */
    private record Outcome(String keyId, int ciphertextBytes, long encryptMicros, long decryptMicros) {}

    /** The first round trip and, since that one pays for everything that happens once, the last of a few. */
    private record Outcomes(Outcome first, Outcome last) {}

    private static Outcomes v2(ManagedChannel channel) throws CommandException {
        Outcome first = roundTrip(channel);
        Outcome last = first;
        for (int round = 1; round < ROUNDS; round++) {
            last = roundTrip(channel);
        }
        return new Outcomes(first, last);
    }

    private static Outcome roundTrip(ManagedChannel channel) throws CommandException {
        var kms = dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        StatusResponse status = kms.status(StatusRequest.getDefaultInstance());
        require(status.getHealthz().equals("ok"), "Status says: " + status.getHealthz());
        require(status.getVersion().equals("v2"), "Status has version " + status.getVersion() + ", not v2");
        ByteString seed = random();
        long begun = System.nanoTime();
        EncryptResponse wrapped = kms.encrypt(EncryptRequest.newBuilder()
                .setPlaintext(seed)
                .setUid("kekkai-probe")
                .build());
        long between = System.nanoTime();
        require(wrapped.getKeyId().equals(status.getKeyId()), "Encrypt answers with another key_id than Status");
        ByteString opened = kms.decrypt(DecryptRequest.newBuilder()
                        .setCiphertext(wrapped.getCiphertext())
                        .setKeyId(wrapped.getKeyId())
                        .putAllAnnotations(wrapped.getAnnotationsMap())
                        .setUid("kekkai-probe")
                        .build())
                .getPlaintext();
        long ended = System.nanoTime();
        require(opened.equals(seed), "Decrypt answers with another seed than was encrypted");
        return new Outcome(
                wrapped.getKeyId(), wrapped.getCiphertext().size(), (between - begun) / 1000, (ended - between) / 1000);
    }

    /** The health check of the v1 API: four bytes there and back. */
    private static String v1(ManagedChannel channel) throws CommandException {
        var kms =
                KeyManagementServiceGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        ByteString ping = ByteString.copyFromUtf8("ping");
        try {
            String version = kms.version(dev.kekkai.wire.kms.v1beta1.VersionRequest.newBuilder()
                            .setVersion("v1beta1")
                            .build())
                    .getVersion();
            require(version.equals("v1beta1"), "Version answers " + version + ", not v1beta1");
            ByteString cipher = kms.encrypt(dev.kekkai.wire.kms.v1beta1.EncryptRequest.newBuilder()
                            .setVersion("v1beta1")
                            .setPlain(ping)
                            .build())
                    .getCipher();
            ByteString plain = kms.decrypt(dev.kekkai.wire.kms.v1beta1.DecryptRequest.newBuilder()
                            .setVersion("v1beta1")
                            .setCipher(cipher)
                            .build())
                    .getPlain();
            require(plain.equals(ping), "v1beta1 does not decrypt what it encrypted");
            return "ok";
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == io.grpc.Status.Code.UNIMPLEMENTED) {
                return "not served";
            }
            throw e;
        }
    }

    private static void require(boolean condition, String otherwise) throws CommandException {
        if (!condition) {
            throw new CommandException(ExitCode.NOT_SERVING, otherwise);
        }
    }

    private static ByteString random() {
        byte[] seed = new byte[SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return ByteString.copyFrom(seed);
    }

    private static void print(Terminal terminal, Path socket, Outcomes v2, String v1) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> {
                json.writeStartObject();
                json.writeStringField("socket", socket.toString());
                json.writeStringField("keyId", v2.last().keyId());
                json.writeNumberField("ciphertextBytes", v2.last().ciphertextBytes());
                json.writeNumberField("firstEncryptMicros", v2.first().encryptMicros());
                json.writeNumberField("firstDecryptMicros", v2.first().decryptMicros());
                json.writeNumberField("encryptMicros", v2.last().encryptMicros());
                json.writeNumberField("decryptMicros", v2.last().decryptMicros());
                json.writeStringField("v1beta1", v1);
                json.writeEndObject();
            });
            return;
        }
        Table table = new Table("probe of " + socket, "ok");
        table.row(
                "v2",
                ROUNDS + " seeds of 32 bytes came back, each from a ciphertext of "
                        + v2.last().ciphertextBytes() + " bytes");
        table.row("key_id", v2.last().keyId());
        table.row(
                "encrypt",
                "first " + v2.first().encryptMicros() + " us, then " + v2.last().encryptMicros() + " us");
        table.row(
                "decrypt",
                "first " + v2.first().decryptMicros() + " us, then " + v2.last().decryptMicros() + " us");
        table.row("v1beta1", v1);
        table.print(terminal.out());
    }
}
