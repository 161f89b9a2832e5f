package dev.kekkai.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** What several commands on keys take. */
final class KeyOptions {
    private static final String DRY_RUN = "--dry-run";

    private KeyOptions() {}

    static OptionSpec dryRun() {
        return OptionSpec.builder(DRY_RUN)
                .description("Say what would be done, and change nothing.")
                .build();
    }

    static boolean dryRun(ParseResult options) {
        return options.hasMatchedOption(DRY_RUN);
    }

    static PositionalParamSpec version() {
        return PositionalParamSpec.builder()
                .paramLabel("VERSION")
                .index("0")
                .required(true)
                .type(String.class)
                .description("The version's number, or at least the first 4 digits of its version id.")
                .build();
    }

    static String version(ParseResult options) {
        return options.matchedPositionalValue(0, "");
    }

    /** {@code 0}, {@code 90s}, {@code 5m}, {@code 2h}, {@code 1d}, or ISO-8601. */
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            String upper = text.strip().toUpperCase(Locale.ROOT);
            try {
                return Duration.parse(
                        upper.equals("0")
                                ? "PT0S"
                                : upper.matches("[0-9]+[SMH]")
                                        ? "PT" + upper
                                        : upper.matches("[0-9]+D") ? "P" + upper : upper);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + text + "' is no time: write 0, 90s, 5m, 2h, 1d or ISO-8601 (PT90S)");
            }
        }
    }
}
