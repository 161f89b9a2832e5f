package dev.kekkai.admin.rest.view;

/**
 * Whether a wrap can be expected to work.
 *
 * @param reason why not, or empty
 * @param probeAgeMillis time since the round trip through the HSM that says so
 * @param storeProblem why the store could not be read or is not believed, or empty; what was read before serves on
 */
public record HealthView(boolean healthy, String reason, long probeAgeMillis, String storeProblem) {}
