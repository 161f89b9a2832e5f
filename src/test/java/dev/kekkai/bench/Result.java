package dev.kekkai.bench;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a trial has shown over all its rounds.
 *
 * @param answered how long the calls took that were answered
 * @param refused how long the others took
 * @param errors how many there were of each gRPC code
 * @param checked plaintexts that were compared with what had been wrapped
 * @param wrong those that differed
 * @param heap of the server, since its start
 */
record Result(
        Trial trial,
        List<Round> rounds,
        long calls,
        Distribution answered,
        Distribution refused,
        Map<String, Long> errors,
        long checked,
        long wrong,
        GcLog heap) {
    /** Answers in a second. */
    double perSecond() {
        return calls / sum(Round::seconds);
    }

    /** The same, the median of the rounds: what goals are judged by, since on a machine with other work a round can be anything. */
    double medianPerSecond() {
        return median(round -> round.answered().count() / round.seconds());
    }

    /** The median of the rounds' median latencies, in milliseconds. */
    double medianP50() {
        return median(round -> round.answered().p50());
    }

    private double median(ToDoubleFunction<Round> of) {
        double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** CPU time of the server for a call, refused ones included, in milliseconds. */
    double cpuPerCall() {
        return sum(Round::cpuMillis) / (calls + sum(Round::failed));
    }

    /** Operations of the HSM for a DEK that was wrapped or unwrapped. */
    double hsmPerDek() {
        return sum(Round::hsmOperations) / calls;
    }

    double failed() {
        return sum(Round::failed);
    }

    double firstRss() {
        return rounds.getFirst().rssMib();
    }

    double lastRss() {
        return rounds.getLast().rssMib();
    }

    private double sum(ToDoubleFunction<Round> of) {
        return rounds.stream().mapToDouble(of).sum();
    }
}
