package dev.kekkai.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel knows of a process: proc(5). */
public record ProcessGauges(long pid) {
    private static final int AFTER_NAME_UTIME = 11;
    private static final double MILLIS_PER_TICK = 10; // USER_HZ is 100 on every Linux architecture that Java runs on

    /** CPU time it has used so far, in user and in kernel mode, in milliseconds; in steps of 10. */
    double cpuMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return MILLIS_PER_TICK
                * (Long.parseLong(fields[AFTER_NAME_UTIME]) + Long.parseLong(fields[AFTER_NAME_UTIME + 1]));
    }

    /** Memory that it has in RAM, in MiB. */
    public double rssMib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("process " + pid + " has no VmRSS: it has ended");
    }
}
