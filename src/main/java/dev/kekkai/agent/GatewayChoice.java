package dev.kekkai.agent;

import dev.kekkai.dek.Health;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which gateway a call goes to: of those that say they are healthy and do not lag, the nearest; and the one that was chosen before, until it
 * fails or another is more than twice as near. Those that say they are not healthy come last: an answer of theirs is better than none.
 */
final class GatewayChoice {
    /** Differences below this are noise. */
    private static final Duration NOISE = Duration.ofMillis(1);

    private final List<GatewayLink> links;
    private final Standing standing;
    private final Told told;
    private @Nullable GatewayLink preferred;
    private volatile long servedAt;
    private volatile boolean served;

    GatewayChoice(List<GatewayLink> links, Standing standing, Told told) {
        this.links = List.copyOf(links);
        this.standing = standing;
        this.told = told;
    }

    /** The next one to try, or empty. */
    synchronized Optional<Session> next(Collection<Session> tried) {
        GatewayLink best = best(tried);
        if (best == null) {
            return Optional.empty();
        }
        if (tried.isEmpty()) {
            preferred = best;
        }
        return best.session();
    }

    private @Nullable GatewayLink best(Collection<Session> tried) {
        List<GatewayLink> usable = links.stream()
                .filter(link -> link.session()
                        .filter(session -> usable(session) && !tried.contains(session))
                        .isPresent())
                .toList();
        List<GatewayLink> healthy =
                usable.stream().filter(GatewayChoice::healthy).toList();
        List<GatewayLink> among = healthy.isEmpty() ? usable : healthy;
        GatewayLink nearest =
                among.stream().min(Comparator.comparing(GatewayChoice::latency)).orElse(null);
        GatewayLink before = preferred;
        boolean stays = nearest != null && before != null && among.contains(before) && !muchNearer(nearest, before);
        return stays ? before : nearest;
    }

    private static boolean muchNearer(GatewayLink one, GatewayLink other) {
        return latency(one).multipliedBy(2).plus(NOISE).compareTo(latency(other)) < 0;
    }

    private static Duration latency(GatewayLink link) {
        return link.session().map(Session::latency).orElse(Duration.ZERO);
    }

    private boolean usable(Session session) {
        boolean usable = session.takes()
                && session.heard().flatMap(heard -> told.behind(heard.update())).isEmpty();
        if (usable) {
            servedAt = System.nanoTime();
            served = true;
        }
        return usable;
    }

    private static boolean healthy(GatewayLink link) {
        return link.session()
                .filter(session -> !session.silent())
                .flatMap(Session::heard)
                .filter(heard -> heard.update().getHealthy())
                .isPresent();
    }

    /** A session that served has just ended, however long ago it was last asked for anything. */
    void lost() {
        servedAt = System.nanoTime();
        served = true;
    }

    /** Whether some gateway served so short a time ago that one can be expected to again. */
    boolean hopeful(Duration time) {
        return served && System.nanoTime() - servedAt < time.toNanos();
    }

    /** Whether a session that takes calls was opened with this certificate. */
    boolean servedWith(Grant grant) {
        return links.stream()
                .flatMap(link -> link.session().stream())
                .anyMatch(session ->
                        session.takes() && !session.refused() && session.grant().equals(grant));
    }

    /** Sessions on which a certificate can be renewed, the preferred one first. */
    synchronized List<Session> serving() {
        GatewayLink first = preferred;
        return links.stream()
                .sorted(Comparator.comparing(link -> !link.equals(first)))
                .flatMap(link -> link.session().stream())
                .filter(Session::takes)
                .toList();
    }

    /** The gateway that calls go to at the moment. */
    synchronized Optional<GatewayLink> preferred() {
        return Optional.ofNullable(best(List.of()));
    }

    /** What the apiserver is to be told. */
    synchronized Health health() {
        GatewayLink best = best(List.of());
        Session.Heard heard =
                best == null ? null : best.session().flatMap(Session::heard).orElse(null);
        if (best == null || heard == null) {
            return new Health.Unhealthy(reason(), Duration.ofNanos(served ? System.nanoTime() - servedAt : 0));
        }
        Duration age = Duration.ofMillis(Math.max(0, heard.update().getProbeAgeMillis()))
                .plusNanos(System.nanoTime() - heard.at());
        return heard.update().getHealthy()
                ? new Health.Healthy(age)
                : new Health.Unhealthy(
                        "gateway " + best.gateway() + ": " + heard.update().getReason(), age);
    }

    /** Why none can be asked. */
    String reason() {
        if (standing.current().isEmpty()) {
            return "no gateway has admitted this node: " + standing.problem();
        }
        return "no gateway serves: "
                + links.stream()
                        .map(link -> link.gateway() + ": " + link.problem())
                        .collect(Collectors.joining("; "));
    }
}
