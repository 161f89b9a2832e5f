package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.testing.admin.ApiClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a console hears of by itself. */
class AdminApiEventsIT {
    @TempDir
    static Path folder;

    private static AdminApiFixture api;
    private static ApiClient operator;
    private static String keyring;

    @BeforeAll
    static void serve() throws Exception {
        api = AdminApiFixture.start(folder);
        operator = api.in("kekkai-operators");
        keyring = "/api/v1/keyrings/"
                + operator.get("/api/v1/keyrings")
                        .json()
                        .at("/keyrings/0/tenant")
                        .asText();
    }

    @AfterAll
    static void end() {
        api.close();
    }

    @Test
    void a_rotation_is_heard_of_by_who_listens_and_by_who_comes_back() throws Exception {
        List<String> heard = listen("");
        await().until(() -> heard.contains(":listening"));

        rotate();
        await().until(() -> heard.contains("event:keyring"));
        String last = heard.stream()
                .filter(line -> line.startsWith("id:"))
                .findFirst()
                .orElseThrow()
                .substring(3);
        assertThat(heard)
                .anyMatch(line -> line.startsWith("data:{\"tenant\":") && line.contains("\"state\":\"ACTIVE\""));

        rotate();
        await().until(() -> heard.stream().filter("event:keyring"::equals).count() > 1);
        List<String> back = listen(last);
        await().until(() -> back.contains("event:keyring"));
        assertThat(back).doesNotContain("id:" + last).doesNotContain("event:reset");
    }

    @Test
    void who_comes_back_from_another_life_of_the_server_is_told_to_begin_anew() throws Exception {
        List<String> heard = listen("1234abcd-7");

        await().until(() -> heard.contains("event:reset"));
    }

    @Test
    void a_stream_shows_that_it_is_alive() throws Exception {
        List<String> heard = listen("");

        await().atMost(Duration.ofSeconds(30)).until(() -> heard.contains(":alive"));
    }

    private static void rotate() throws Exception {
        assertThat(operator.post(keyring + "/rotations", UUID.randomUUID().toString(), "{}")
                        .status())
                .isEqualTo(201);
    }

    private static List<String> listen(String last) throws Exception {
        HttpRequest.Builder request = api.in("kekkai-viewers").request("/api/v1/events");
        if (!last.isEmpty()) {
            request.header("Last-Event-ID", last);
        }
        List<String> heard = new CopyOnWriteArrayList<>();
        var answer = operator.stream(request);
        assertThat(answer.statusCode()).isEqualTo(200);
        Thread.ofPlatform().daemon().start(() -> answer.body().forEach(heard::add));
        return heard;
    }
}
