package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.Challenge;
import dev.kekkai.wire.gateway.v1.Evidence;
import dev.kekkai.wire.gateway.v1.Hello;
import dev.kekkai.wire.gateway.v1.Init;
import dev.kekkai.wire.gateway.v1.Wrap;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nodes whose agents speak another version of the protocol than this gateway, and whoever would make them seem to. */
class VersionsApartTest extends Served {
    /** What this build knows nothing of. */
    private static final UnknownFieldSet NEWS = UnknownFieldSet.newBuilder()
            .addField(
                    1000,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("of the next version"))
                            .build())
            .build();

    private Talk talk() throws Exception {
        return Talk.to(client.key.channel(gateway.attestPort(), gateway.roots().certificates()), true);
    }

    private void theUnchangedRunPasses() throws Exception {
        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    private long refusedForTheVersion() {
        return gateway.audited().stream()
                .filter(event ->
                        event.action().equals("attest") && event.reason().startsWith("protocol-version: "))
                .count();
    }

    private static Init speaking(Init honest, int version) {
        return honest.toBuilder().setProtocol(version).build();
    }

    @Test
    void what_an_agent_of_the_next_version_says_besides_is_passed_over() throws Exception {
        client.init =
                honest -> speaking(honest, 2).toBuilder().setUnknownFields(NEWS).build();
        client.evidence = honest -> honest.toBuilder().setUnknownFields(NEWS).build();
        TlsKey certified = client.key.with(NodeClient.certificates(client.attest(gateway)));

        try (ServeClient serve = ServeClient.open(
                gateway,
                certified,
                Hello.newBuilder().setProtocol(2).setUnknownFields(NEWS).build())) {
            await().until(() -> !serve.told().isEmpty());
            assertThat(serve.told().getFirst().getProtocol()).isEqualTo(1);
            Call wrap = serve.call()
                    .setWrap(Wrap.newBuilder()
                            .setDek(ByteString.copyFrom(
                                    "thirty-two bytes of a seed......".getBytes(StandardCharsets.UTF_8)))
                            .setUnknownFields(NEWS))
                    .setUnknownFields(NEWS)
                    .build();
            Answer answer = serve.ask(List.of(wrap)).getFirst().get(10, TimeUnit.SECONDS);
            assertThat(answer.hasWrapped()).isTrue();
        }
    }

    @Test
    void an_agent_two_versions_ahead_is_refused_before_it_is_challenged_and_told_who_is_behind() throws Exception {
        long before = refusedForTheVersion();
        client.init = honest -> speaking(honest, 3);

        StatusException answer = failure(() -> client.attest(gateway));

        assertThat(answer.getTrailers().get(Denied.REASON)).isEqualTo("protocol-version");
        assertThat(answer.getStatus().getCode())
                .as("the matter of this gateway, not of the node")
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(answer.getStatus().getDescription()).contains("update the gateway first");
        await().until(() -> refusedForTheVersion() == before + 1);
        client.init = honest -> honest;
        theUnchangedRunPasses();
    }

    @Test
    void an_agent_two_versions_ahead_is_not_served_with_a_certificate_of_another_gateway() throws Exception {
        TlsKey certified = client.key.with(NodeClient.certificates(client.attest(gateway)));

        try (ServeClient serve = ServeClient.open(
                gateway, certified, Hello.newBuilder().setProtocol(3).build())) {
            assertThat(Status.fromThrowable(serve.end()))
                    .satisfies(status -> assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION))
                    .satisfies(status -> assertThat(status.getDescription()).contains("update the gateway first"));
            assertThat(serve.told()).isEmpty();
        }
    }

    /** Else somebody in between could have both sides speak the older one. */
    @Test
    void the_agents_version_cannot_be_changed_on_the_way() throws Exception {
        try (Talk talk = talk()) {
            Init said = speaking(client.hello(), 2);
            byte[] challenge = talk.challenge(speaking(said, 1).toByteArray());
            Evidence answer = client.evidenceFor(talk, said.toByteArray(), challenge);

            refused("attest", "extra-data", () -> talk.show(answer));
        }
        theUnchangedRunPasses();
    }

    @Test
    void the_gateways_version_cannot_be_changed_on_the_way() throws Exception {
        try (Talk talk = talk()) {
            byte[] hello = client.hello().toByteArray();
            Challenge said = Challenge.parseFrom(talk.challenge(hello));
            assertThat(said.getProtocol()).isEqualTo(1);
            byte[] heard = said.toBuilder().setProtocol(2).build().toByteArray();
            Evidence answer = client.evidenceFor(talk, hello, heard);

            refused("attest", "extra-data", () -> talk.show(answer));
        }
        theUnchangedRunPasses();
    }
}
