package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.transport.DeviceTransport;
import dev.kekkai.tpm.transport.SocketTransport;
import dev.kekkai.tpm.transport.TpmTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a TPM is: the kernel's device, or a socket that takes raw commands. */
final class TpmPlace {
    static final String KERNEL = "/dev/tpmrm0";
    private static final String UNIX = "unix:";
    private static final Pattern TCP = Pattern.compile("tcp:(.+):([0-9]{1,5})");
    private static final int MOST_PORT = 65_535;

    private TpmPlace() {}

    /**
     * Opens the way to it.
     *
     * @param place {@code /dev/tpmrm0}, {@code unix:PATH} or {@code tcp:HOST:PORT}
     */
    static TpmTransport open(String place, Duration timeout) throws TpmException, CommandException {
        Matcher tcp = TCP.matcher(place);
        if (place.startsWith("/")) {
            return DeviceTransport.open(Path.of(place));
        }
        if (place.startsWith(UNIX + "/")) {
            return SocketTransport.connect(UnixDomainSocketAddress.of(place.substring(UNIX.length())), timeout);
        }
        if (tcp.matches() && Integer.parseInt(tcp.group(2)) <= MOST_PORT) {
            return SocketTransport.connect(
                    new InetSocketAddress(address(tcp.group(1)), Integer.parseInt(tcp.group(2))), timeout);
        }
        throw new CommandException(
                ExitCode.USAGE,
                "a TPM is " + KERNEL + ", unix: and the absolute path of a socket, or tcp:HOST:PORT, not '" + place
                        + "'");
    }

    private static InetAddress address(String host) throws CommandException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new CommandException(ExitCode.USAGE, "no host '" + e.getMessage() + "' is known");
        }
    }
}
