package dev.kekkai.config;

import dev.kekkai.config.ValueType.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The section {@code approvals}. */
final class ApprovalSettings {
    static final Key<Integer> REQUIRED = Key.preset(
            "approvals.required",
            Types.integer(1, 9),
            "1",
            "How many others than who asks for it must approve the destruction of a key.");
    static final Key<Boolean> HOST = Key.preset(
            "approvals.host",
            Types.choice(Map.of("bound", false, "exempt", true)),
            "bound",
            "Whether a destruction that is ordered on this host needs approvals too while the admin API is served.");
    static final Key<Duration> EXPIRE_AFTER = Key.preset(
            "approvals.expire-after",
            hours(1, 168),
            "24h",
            "How long a request waits for approvals before it is void.");

    /** In the order of the annotated example. */
    static final List<Key<?>> ALL = List.of(REQUIRED, HOST, EXPIRE_AFTER);

    private ApprovalSettings() {}

    /** Whole hours, as {@code 24h} or in ISO-8601. */
    private static ValueType<Duration> hours(int least, int most) {
        return ValueType.shown(
                Kind.TEXT,
                "a number of hours from " + least + "h to " + most + "h, such as 24h or PT24H",
                text -> Optional.of(text)
                        .filter(hours -> hours.matches("[1-9][0-9]{0,2}h|PT[1-9][0-9]{0,2}H"))
                        .map(hours -> Integer.valueOf(hours.replaceAll("[PTHh]", "")))
                        .filter(hours -> hours >= least && hours <= most)
                        .map(Duration::ofHours),
                "[A-Za-z0-9-]{1,24}");
    }

    static ApprovalConfig of(Settings settings) {
        return new ApprovalConfig(settings.get(REQUIRED), settings.get(HOST), settings.get(EXPIRE_AFTER));
    }
}
