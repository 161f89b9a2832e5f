package dev.kekkai.admin.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.config.AdminApi.Role;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RolesTest {
    @Test
    void annotations_and_configuration_mean_the_same_roles() {
        assertThat(Arrays.stream(Role.values()).map(Role::word))
                .containsExactly(Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR);
    }
}
