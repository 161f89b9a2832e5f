package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.app.ExitCode;
import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.ApiClient.Answer;
import dev.kekkai.testing.process.Backdater;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key in SoftHSM is destroyed when an operator asked for it and somebody else approved; through the API, on the host, and without a server. */
class ApprovalIT {
    private static final int WAITING = ExitCode.WAITING.code();
    private static final int KEYRING = ExitCode.KEYRING.code();
    private static final int FAILED = ExitCode.FAILED.code();
    private static final String WORD = "--older-backups-may-become-unreadable";
    private static final String BODY = "{\"olderBackupsMayBecomeUnreadable\":true,\"reason\":\"rotated in spring\"}";

    @TempDir
    Path folder;

    private AdminApiFixture api;
    private ApiClient operator;
    private ApiClient approver;
    private String keyring;

    @BeforeEach
    void a_server_whose_first_version_has_been_disabled_for_long() throws Exception {
        api = AdminApiFixture.start(folder, kekkai -> {
            kekkai.run("key", "rotate").succeeded();
            kekkai.run("key", "disable", "1").succeeded();
            Backdater.disabledFor(kekkai, 1, Duration.ofDays(91));
        });
        operator = api.in("kekkai-operators");
        approver = api.in("kekkai-approvers");
        keyring = "/api/v1/keyrings/"
                + operator.get("/api/v1/keyrings")
                        .json()
                        .at("/keyrings/0/tenant")
                        .asText();
    }

    @AfterEach
    void end() {
        api.close();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private Answer ask() throws Exception {
        return operator.post(keyring + "/versions/1/destroy", key(), BODY);
    }

    private String stateOfFirst() throws Exception {
        return operator.get(keyring + "/versions/1").json().get("state").asText();
    }

    private List<String> recorded() throws Exception {
        return api.kekkai().audit().stream()
                .map(record -> record.get("action").asText() + " "
                        + record.get("caller").path("subject").asText().replaceAll(" \\(.*", "") + " "
                        + record.get("outcome").asText())
                .filter(text -> text.startsWith("approval.") || text.startsWith("key.destroy"))
                .toList();
    }

    private List<String> listen() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        var stream = operator.stream(operator.request("/api/v1/events"));
        Thread.ofPlatform().daemon().start(() -> stream.body().forEach(heard::add));
        await().until(() -> heard.contains(":listening"));
        return heard;
    }

    @Test
    void an_operator_asks_another_person_approves_and_the_trail_says_who() throws Exception {
        List<String> heard = listen();
        Answer dry = operator.post(keyring + "/versions/1/destroy?dryRun=true", key(), BODY);
        assertThat(dry.status()).as("%s", dry).isEqualTo(200);
        assertThat(dry.json().get("said").asText()).contains("would be asked for");
        Answer asked = ask();
        assertThat(asked.status()).as("%s", asked).isEqualTo(202);
        String place = asked.header("Location");
        assertThat(place)
                .isEqualTo("/api/v1/approvals/" + asked.json().get("approval").asText());
        assertThat(operator.get("/api/v1/overview").json().get("openApprovals").asInt())
                .isEqualTo(1);
        JsonNode waiting = operator.get(place).json();
        assertThat(waiting.get("status").asText()).isEqualTo("OPEN");
        assertThat(waiting.get("version").asInt()).isEqualTo(1);
        assertThat(waiting.get("reason").asText()).isEqualTo("rotated in spring");
        assertThat(waiting.at("/requester/id").asText())
                .isEqualTo("oidc:sub-of-somebody of kekkai-operators of "
                        + api.issuer().url());

        Answer own = operator.post(place + "/approve", key(), "{}");
        assertThat(own.status()).as("an operator is no approver").isEqualTo(403);
        assertThat(own.code()).isEqualTo("role-missing");
        assertThat(stateOfFirst()).isEqualTo("DISABLED");

        String idempotency = key();
        Answer approved = approver.post(place + "/approve", idempotency, "{\"reason\":\"seen in the change board\"}");
        assertThat(approved.status()).as("%s", approved).isEqualTo(200);
        assertThat(approved.json().get("said").asText()).contains("version 1 is DESTROYED");
        assertThat(stateOfFirst()).isEqualTo("DESTROYED");
        assertThat(operator.get(place).json().get("status").asText()).isEqualTo("USED");
        assertThat(operator.get("/api/v1/approvals?status=OPEN").json().get("approvals"))
                .isEmpty();
        assertThat(operator.get(keyring + "/versions").json().get("unregistered"))
                .as("the token has no such key any more")
                .isEmpty();
        Answer again = approver.post(place + "/approve", idempotency, "{\"reason\":\"seen in the change board\"}");
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");

        await().untilAsserted(() -> assertThat(heard)
                .contains("event:approval")
                .anyMatch(line -> line.startsWith("data:{\"id\":") && line.contains("\"status\":\"USED\"")));
        assertThat(recorded())
                .containsExactly(
                        "approval.rule  done",
                        "approval.request oidc:somebody of kekkai-operators done",
                        "approval.decide oidc:somebody of kekkai-operators refused",
                        "approval.decide oidc:somebody of kekkai-approvers done",
                        "key.destroy oidc:somebody of kekkai-approvers done");
        assertThat(api.kekkai().audit().stream()
                        .filter(record -> record.get("action").asText().equals("key.destroy")))
                .singleElement()
                .satisfies(record -> assertThat(record.get("reason").asText())
                        .startsWith("approval " + asked.json().get("approval").asText())
                        .contains("asked for by oidc:somebody of kekkai-operators")
                        .contains("approved by oidc:somebody of kekkai-approvers"));
    }

    @Test
    void who_has_both_roles_approves_nothing_of_their_own() throws Exception {
        ApiClient both = api.anonymous()
                .withToken(api.issuer().token("somebody of both", "kekkai-operators", "kekkai-approvers"));
        Answer asked = both.post(keyring + "/versions/1/destroy", key(), BODY);
        String place = asked.header("Location");

        Answer own = both.post(place + "/approve", key(), "{}");
        assertThat(own.status()).as("%s", own).isEqualTo(403);
        assertThat(own.code()).isEqualTo("own-request");
        Answer others = operator.post(place + "/reject", key(), "{}");
        assertThat(others.code()).as("%s", others).isEqualTo("role-missing");
        assertThat(both.post(place + "/reject", key(), "").status()).isEqualTo(200);
        Answer late = approver.post(place + "/approve", key(), "{}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("approval-closed");
        assertThat(approver.post("/api/v1/approvals/" + UUID.randomUUID() + "/approve", key(), "{}")
                        .code())
                .isEqualTo("no-such-approval");
        assertThat(ask().status()).as("it can be asked for anew").isEqualTo(202);
    }

    @Test
    void without_the_word_on_backups_or_a_reason_nothing_is_asked_for() throws Exception {
        Answer word = operator.post(keyring + "/versions/1/destroy", key(), "{\"reason\":\"why\"}");
        assertThat(word.status()).isEqualTo(409);
        assertThat(word.code()).isEqualTo("refused");
        assertThat(word.json().get("detail").asText()).contains("olderBackupsMayBecomeUnreadable");
        Answer reason =
                operator.post(keyring + "/versions/1/destroy", key(), "{\"olderBackupsMayBecomeUnreadable\":true}");
        assertThat(reason.json().get("detail").asText()).contains("say why");
        assertThat(operator.post(keyring + "/versions/2/destroy", key(), BODY)
                        .json()
                        .get("detail")
                        .asText())
                .contains("is ACTIVE");
        assertThat(operator.get("/api/v1/approvals").json().get("approvals")).isEmpty();
    }

    @Test
    void the_host_asks_too_and_approves_what_others_ask_for() throws Exception {
        Installation kekkai = api.kekkai();
        Finished asked =
                kekkai.run("key", "destroy", "1", WORD, "--reason", "rotated").endedWith(WAITING);
        assertThat(asked.err()).contains("nothing is destroyed until 1 more");
        JsonNode listed =
                kekkai.run("approval", "list", "-o", "json").succeeded().json();
        String id = listed.at("/0/id").asText();
        assertThat(listed.at("/0/requesterId").asText()).isEqualTo("host");
        assertThat(kekkai.run("approval", "approve", id).endedWith(FAILED).err())
                .contains("somebody else must");
        assertThat(kekkai.run("approval", "show", id.substring(0, 8))
                        .succeeded()
                        .out())
                .contains("key.destroy 1")
                .contains("rotated");
        kekkai.run("approval", "reject", id, "--reason", "not today").succeeded();
        assertThat(kekkai.run("approval", "list").succeeded().out()).contains("nothing waits for approval");
        assertThat(kekkai.run("approval", "list", "--all").succeeded().out()).contains("WITHDRAWN");

        String place = ask().header("Location");
        kekkai.run("approval", "approve", place.substring(place.lastIndexOf('/') + 1), "--reason", "fine")
                .succeeded();
        assertThat(stateOfFirst()).as("in service at once").isEqualTo("DESTROYED");
    }

    @Test
    void a_stopped_server_or_another_configuration_is_no_way_around() throws Exception {
        Installation kekkai = api.kekkai();
        api.server().close();
        kekkai.edit("    listen: 127.0.0.1:0\n", "    listen: \"\"\n");

        Finished asked =
                kekkai.run("key", "destroy", "1", WORD, "--reason", "rotated").endedWith(WAITING);
        assertThat(asked.err()).contains("nothing is destroyed until 1 more");
        assertThat(kekkai.run("key", "destroy", "1").endedWith(WAITING).err())
                .as("the same request, asked for again")
                .contains("was asked for before");
        assertThat(kekkai.run("approval", "approve", "ffff").endedWith(FAILED).err())
                .contains("there is no approval");
        assertThat(kekkai.run("key", "destroy", "2", WORD).endedWith(KEYRING).err())
                .contains("is ACTIVE");
        assertThat(kekkai.keys().findValuesAsText("state")).containsExactly("DISABLED", "ACTIVE");
    }
}
