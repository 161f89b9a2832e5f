package dev.kekkai.bench;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

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

    /** The same, the median of the rounds. */
    double medianPerSecond() {
        return median(rounds.stream().mapToDouble(Round::perSecond));
    }

    /**
     * A figure as a share of another trial's, the median of what the rounds say each for itself. Goals are judged by it, since on a machine
     * with other work a round can be anything, but falls on both alike.
     */
    double medianShare(Result of, ToDoubleFunction<Round> figure) {
        return median(IntStream.range(0, rounds.size())
                .mapToDouble(i -> figure.applyAsDouble(rounds.get(i)) / figure.applyAsDouble(of.rounds.get(i))));
    }

    private static double median(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
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
