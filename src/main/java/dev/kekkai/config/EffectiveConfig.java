package dev.kekkai.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The configuration that holds, and where each of its values came from.
 *
 * @param file the file that was read
 * @param config its values
 * @param settings the same values as text with their origins, in the order of {@link ConfigKeys#ALL}
 */
public record EffectiveConfig(Path file, KekkaiConfig config, List<Setting> settings) {
    public EffectiveConfig {
        settings = List.copyOf(settings);
    }
}
