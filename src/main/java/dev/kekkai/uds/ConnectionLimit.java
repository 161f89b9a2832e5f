package dev.kekkai.uds;

import dev.kekkai.id.SourceBlock;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Closes connections above a number as they are accepted; on TCP also those above a quarter of it, or 64, from one address, or one /64 of IPv6. Stands first in the
 * pipeline of the listening channel, before gRPC sees its children.
 */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = Logger.getLogger(ConnectionLimit.class);
    private static final int LEAST_PER_SOURCE = 64;

    private final String where;
    private final int most;
    private final int mostPerSource;
    private final Map<SourceBlock, Integer> bySource = new HashMap<>();
    private int open;

    ConnectionLimit(String where, int most) {
        this.where = where;
        this.most = most;
        this.mostPerSource = Math.max(LEAST_PER_SOURCE, most / 4);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel connection = (Channel) accepted;
        Optional<SourceBlock> source = source(connection);
        if (!enter(source)) {
            connection.unsafe().closeForcibly(); // not registered with an event loop yet
            return;
        }
        connection.closeFuture().addListener(closed -> leave(source));
        if (connection instanceof NioDomainSocketChannel) {
            connection.pipeline().addLast(new Peer.Asked(connection));
        }
        context.fireChannelRead(accepted);
    }

    private static Optional<SourceBlock> source(Channel connection) {
        return connection.remoteAddress() instanceof InetSocketAddress inet
                ? Optional.of(SourceBlock.of(inet.getAddress()))
                : Optional.empty();
    }

    private synchronized boolean enter(Optional<SourceBlock> source) {
        if (open >= most) {
            LOG.warnf("A connection to %s was closed: %d are open already", where, most);
            return false;
        }
        int fromThere = source.map(block -> bySource.getOrDefault(block, 0)).orElse(0);
        if (fromThere >= mostPerSource) {
            LOG.warnf("A connection to %s was closed: %d are open already from %s", where, mostPerSource, source.get());
            return false;
        }
        open++;
        source.ifPresent(block -> bySource.put(block, fromThere + 1));
        return true;
    }

    private synchronized void leave(Optional<SourceBlock> source) {
        open--;
        source.ifPresent(block -> bySource.computeIfPresent(block, (same, count) -> count == 1 ? null : count - 1));
    }
}
