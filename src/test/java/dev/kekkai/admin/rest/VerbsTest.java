package dev.kekkai.admin.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerbsTest {
    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/tenants/default/nodes, api.read",
        "POST, /api/v1/tenants/default/nodes, node.enroll",
        "POST, /api/v1/tenants/policies/nodes, node.enroll",
        "POST, /api/v1/tenants/default/nodes/1/evict, node.evict",
        "POST, /api/v1/tenants/default/nodes/1/re-baseline, node.re-baseline",
        "POST, /api/v1/tenants/default/policies/workers/alternatives, policy.put",
        "POST, /api/v1/tenants/default/policies/workers/alternatives/first/retire, policy.put",
        "POST, /api/v1/tenants/default/policies/workers/audit-only, policy.put",
        "POST, /api/v1/keyrings/1/versions/1/retire, key.retire"
    })
    void what_is_refused_is_recorded_as_what_is_done_would_be(String method, String path, String verb) {
        assertThat(Verbs.of(method, path)).isEqualTo(verb);
    }
}
