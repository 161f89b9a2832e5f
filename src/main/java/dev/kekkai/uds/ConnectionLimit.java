package dev.kekkai.uds;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Closes connections above a number as they are accepted. Stands first in the pipeline of the listening channel, before gRPC sees its children. */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = Logger.getLogger(ConnectionLimit.class);

    private final String where;
    private final int most;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionLimit(String where, int most) {
        this.where = where;
        this.most = most;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel connection = (Channel) accepted;
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            LOG.warnf("A connection to %s was closed: %d are open already", where, most);
            connection.unsafe().closeForcibly(); // not registered with an event loop yet
            return;
        }
        connection.closeFuture().addListener(closed -> open.decrementAndGet());
        if (connection instanceof NioDomainSocketChannel) {
            connection.pipeline().addLast(new Peer.Asked(connection));
        }
        context.fireChannelRead(accepted);
    }
}
