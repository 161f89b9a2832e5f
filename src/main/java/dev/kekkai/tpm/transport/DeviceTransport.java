package dev.kekkai.tpm.transport;

import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.TpmException.Unavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The kernel's TPM with its resource manager, {@code /dev/tpmrm0}: one write for a command, one read for its response. Closing the device
 * flushes all that was loaded through it.
 *
 * <p>A driver may wait where nothing can wake it. So a thread of its own does the calls; when one does not return in time the thread is
 * written off, and closes the device whenever it comes back.
 */
public final class DeviceTransport implements TpmTransport {
    private final Path device;
    private final FileChannel channel;
    private final ThreadPoolExecutor thread;

    private DeviceTransport(Path device, FileChannel channel) {
        this.device = device;
        this.channel = channel;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(2),
                Thread.ofPlatform().daemon().name("tpm-" + device.getFileName()).factory());
    }

    /** Opens the device for reading and writing; the kernel lets the group {@code tss} do so. */
    public static DeviceTransport open(Path device) throws Unavailable {
        try {
            return new DeviceTransport(
                    device, FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new Unavailable(
                    "the TPM " + device + " cannot be opened; is it there, and are you in the group tss? " + e, e);
        }
    }

    @Override
    public byte[] transmit(byte[] command, Duration timeout) throws Unavailable, Malformed {
        if (thread.isShutdown()) {
            throw new Unavailable("the TPM " + device + " was closed");
        }
        byte[] ours = command.clone();
        Future<byte[]> response = thread.submit(() -> exchange(ours));
        try {
            return checked(response.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            close();
            throw new Unavailable("the TPM " + device + " failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            close();
            throw new Unavailable("the TPM " + device + " did not answer in time", e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while waiting for the TPM " + device, e);
        } catch (Malformed e) {
            close();
            throw e;
        }
    }

    private byte[] exchange(byte[] command) throws IOException {
        try {
            int written = channel.write(ByteBuffer.wrap(command));
            if (written != command.length) {
                throw new IOException("took " + written + " bytes of a command of " + command.length);
            }
        } finally {
            Arrays.fill(command, (byte) 0);
        }
        byte[] buffer = new byte[MAX_LENGTH];
        try {
            return Arrays.copyOf(buffer, Math.max(0, channel.read(ByteBuffer.wrap(buffer))));
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    private static byte[] checked(byte[] response) throws Malformed {
        if (response.length < HEADER_LENGTH) {
            throw new Malformed("response", "has " + response.length + " bytes and no whole header", 0);
        }
        return response;
    }

    @Override
    public void close() {
        if (!thread.isShutdown()) {
            thread.execute(this::closeDevice);
            thread.shutdown();
        }
    }

    private void closeDevice() {
        try {
            channel.close();
        } catch (IOException e) {
            // The kernel has let go of it all the same.
        }
    }
}
