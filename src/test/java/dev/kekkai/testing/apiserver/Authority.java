package dev.kekkai.testing.apiserver;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The forms of {@code :authority} that apiservers have been seen to send over a unix socket. */
public enum Authority {
    /** KMS v2, since grpc-go 1.5x. */
    LOCALHOST,
    /** KMS v1: {@code %2Frun%2Fkms.sock}. */
    ENCODED_PATH,
    /** Older KMS v2 clients: {@code /run/kms.sock}. */
    RAW_PATH;

    String of(Path socket) {
        return switch (this) {
            case LOCALHOST -> "localhost";
            case ENCODED_PATH -> URLEncoder.encode(socket.toString(), StandardCharsets.UTF_8);
            case RAW_PATH -> socket.toString();
        };
    }
}
