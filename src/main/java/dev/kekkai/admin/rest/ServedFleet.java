package dev.kekkai.admin.rest;

import dev.kekkai.config.Tenants;
import dev.kekkai.fleet.FleetAdministration;
import dev.kekkai.fleet.FleetService;

/**
 * The nodes that a server serves.
 *
 * @param administration carries out what is decided about them, also for the admin socket
 * @param tenants whose they are
 */
public record ServedFleet(FleetAdministration administration, Tenants tenants) {
    /** What is known of them. */
    FleetService known() {
        return administration.fleet();
    }
}
