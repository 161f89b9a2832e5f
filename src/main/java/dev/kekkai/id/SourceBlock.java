package dev.kekkai.id;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Whom an address is counted as where so much is let in from one source: an IPv4 address alone, and of IPv6 the 64 bits of the network, since whoever has
 * one address there has 2^64 (RFC 4291 §2.5.4).
 *
 * @param text for people too
 */
public record SourceBlock(String text) {
    private static final int NETWORK_BYTES = 8;

    public static SourceBlock of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return new SourceBlock(address.getHostAddress());
        }
        byte[] network = Arrays.copyOf(address.getAddress(), NETWORK_BYTES);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < NETWORK_BYTES; i += 2) {
            text.append(Integer.toHexString(((network[i] & 0xFF) << 8) | (network[i + 1] & 0xFF)))
                    .append(':');
        }
        return new SourceBlock(text + ":/64");
    }

    /** Of an address as text; what is none counts as itself. */
    public static SourceBlock of(String address) {
        int scope = address.indexOf('%');
        try {
            return of(InetAddress.ofLiteral(scope < 0 ? address : address.substring(0, scope)));
        } catch (IllegalArgumentException e) {
            return new SourceBlock(address);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
