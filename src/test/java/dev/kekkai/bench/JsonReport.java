package dev.kekkai.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Everything that was measured, as JSON, schema 1. */
final class JsonReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonReport() {}

    static void write(Path file, List<Report> reports, List<String> arguments) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("schema", 1);
        root.put("time", Instant.now().toString());
        root.put("processors", Runtime.getRuntime().availableProcessors());
        root.put("jvm", System.getProperty("java.vm.version"));
        root.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        root.put("command", "bin/bench " + String.join(" ", arguments));
        ArrayNode scenarios = root.putArray("scenarios");
        reports.forEach(report -> scenarios.add(scenario(report)));
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
    }

    private static ObjectNode scenario(Report report) {
        ObjectNode node = JSON.createObjectNode();
        node.put("name", report.scenario().name());
        node.put("summary", report.scenario().summary());
        node.put("sound", report.sound());
        ArrayNode trials = node.putArray("trials");
        report.results().forEach(result -> trials.add(trial(result)));
        ArrayNode goals = node.putArray("goals");
        for (Goal.Verdict verdict : report.verdicts()) {
            goals.addObject()
                    .put("text", verdict.text())
                    .put("figure", verdict.figure())
                    .put("met", verdict.met());
        }
        return node;
    }

    private static ObjectNode trial(Result result) {
        Trial trial = result.trial();
        ObjectNode node = JSON.createObjectNode();
        node.put("name", trial.name());
        node.put("server", trial.server().mode());
        node.put("sessions", trial.server().sessions());
        node.put("hsmLatencyMs", trial.server().latency().toNanos() / 1e6);
        node.put("api", trial.load().api().name());
        node.put("operation", trial.load().operation().name());
        node.put("callers", trial.load().callers());
        node.put("offeredPerSecond", trial.load().perSecond());
        node.put("calls", result.calls());
        node.put("callsPerSecond", result.perSecond());
        node.put("callsPerSecondMedianRound", result.medianPerSecond());
        node.set("answeredMs", distribution(result.answered()));
        node.set("refusedMs", distribution(result.refused()));
        ObjectNode errors = node.putObject("errors");
        result.errors().forEach(errors::put);
        node.put("plaintextsChecked", result.checked());
        node.put("plaintextsWrong", result.wrong());
        node.put("serverCpuMsPerCall", result.cpuPerCall());
        node.put("hsmOperationsPerDek", result.hsmPerDek());
        node.put("heapPeakMib", result.heap().peakMib());
        node.put("heapLiveMib", result.heap().liveMib());
        ArrayNode rounds = node.putArray("rounds");
        for (Round round : result.rounds()) {
            ObjectNode each = rounds.addObject();
            each.put("seconds", round.seconds());
            each.put("callsPerSecond", round.perSecond());
            each.set("answeredMs", distribution(round.answered()));
            each.put("failed", round.failed());
            each.put("serverCpuMs", round.cpuMillis());
            each.put("hsmOperations", round.hsmOperations());
            each.put("serverRssMib", round.rssMib());
        }
        return node;
    }

    private static ObjectNode distribution(Distribution of) {
        ObjectNode node = JSON.createObjectNode();
        node.put("count", of.count());
        if (of.count() > 0) {
            node.put("p50", of.p50()).put("p99", of.p99()).put("max", of.max());
        }
        return node;
    }
}
