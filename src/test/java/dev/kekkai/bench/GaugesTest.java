package dev.kekkai.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GaugesTest {
    @TempDir
    Path folder;

    @Test
    void the_kernel_tells_of_this_process() throws Exception {
        ProcessGauges self = new ProcessGauges(ProcessHandle.current().pid());

        double own =
                ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
        assertThat(self.cpuMillis()).isGreaterThanOrEqualTo(own - 10);
        assertThat(self.rssMib()).isGreaterThan(10);
    }

    @Test
    void a_gc_log_tells_the_fullest_heap_before_and_after() throws Exception {
        Path log = folder.resolve("gc.log");
        Files.writeString(log, """
                [0.012s][info][gc] Using Serial
                [1.2s][info][gc] GC(0) Pause Young (Allocation Failure) 25M->3M(93M) 2.101ms
                [2.2s][info][gc] GC(1) Pause Full (Metadata GC Threshold) 41M->17M(93M) 20.5ms
                [3.2s][info][gc] GC(2) Pause Young (Allocation Failure) 39M->12M(93M) 1.0ms
                """);

        assertThat(GcLog.read(log)).isEqualTo(new GcLog(41, 17));
    }
}
