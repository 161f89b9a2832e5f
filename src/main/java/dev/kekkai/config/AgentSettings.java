package dev.kekkai.config;

import dev.kekkai.config.KekkaiConfig.Role;
import java.util.Optional;

/** The section {@code agent}: what it must say in the role agent, and in no other. */
final class AgentSettings {
    private AgentSettings() {}

    static boolean isAgent(Settings settings) {
        return settings.find(ConfigKeys.ROLE).filter(Role.AGENT::equals).isPresent();
    }

    static void check(Origin whole, Settings settings, Problems problems) {
        Key<?> gateways = ConfigKeys.AGENT_GATEWAYS;
        if (isAgent(settings) && settings.setting(gateways).isEmpty() && !problems.mention(gateways.path())) {
            problems.add(
                    whole,
                    gateways.path(),
                    "is missing, and role is agent",
                    "give " + gateways.type().expected());
        }
    }

    static Optional<KekkaiConfig.Agent> of(Settings settings) {
        return isAgent(settings) ? Optional.of(agent(settings)) : Optional.empty();
    }

    private static KekkaiConfig.Agent agent(Settings settings) {
        return new KekkaiConfig.Agent(
                settings.get(ConfigKeys.AGENT_GATEWAYS),
                settings.get(ConfigKeys.AGENT_ROOTS_FILE),
                settings.get(ConfigKeys.AGENT_TPM),
                settings.find(ConfigKeys.AGENT_EK).filter(template -> !template.equals(AgentTypes.AUTO)),
                settings.get(ConfigKeys.AGENT_EVENT_LOG),
                settings.find(ConfigKeys.AGENT_TENANT),
                settings.get(ConfigKeys.AGENT_HOST_NAME));
    }
}
