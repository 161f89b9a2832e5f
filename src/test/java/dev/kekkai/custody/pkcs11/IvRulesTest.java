package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.VendorToken.AAD;
import static dev.kekkai.custody.pkcs11.VendorToken.DEK;
import static dev.kekkai.custody.pkcs11.VendorToken.gcm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.HsmProfile.IvRule;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.Layout;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Whoever makes the IV, it ends up in the same place, and what one rule wrote another rule's token opens. */
class IvRulesTest {
    @TempDir
    Path folder;

    private VendorToken hsm;

    @BeforeEach
    void a_token() throws Exception {
        hsm = VendorToken.in(folder);
    }

    /** The module does as that vendor's does. */
    private Injection play(IvRule rule) {
        return hsm.module.inject(
                switch (rule) {
                    case MODULE_APPENDED -> Fault.ivAppended();
                    case MODULE_PREPENDED -> Fault.ivPrepended();
                    case CALLER -> Fault.latency("C_SeedRandom", java.time.Duration.ZERO);
                });
    }

    @ParameterizedTest
    @EnumSource(IvRule.class)
    void what_one_rule_wrote_every_rule_opens(IvRule writer) throws Exception {
        Kek kek;
        SealedBox box;
        try (Injection _ = play(writer);
                Pkcs11Token token = hsm.open(gcm(writer))) {
            kek = VendorToken.generated(token, Mechanism.AES_GCM);
            long ofModule = hsm.counters().injected("C_EncryptInit");
            box = VendorToken.seal(token, kek);
            assertThat(hsm.counters().injected("C_EncryptInit") - ofModule).isEqualTo(writer == IvRule.CALLER ? 0 : 1);
            assertThat(box.iv()).hasSize(writer.length());
            assertThat(box.box()).hasSize(DEK.length + 16);
            assertThat(VendorToken.open(token, kek, AAD, box)).isEqualTo(DEK);
        }
        Header header = new Header(Layout.SINGLE, Mechanism.AES_GCM, kek.version());
        Envelope envelope = Envelope.parse(new Envelope.Single(header, box.iv(), box.box()).encode());

        for (IvRule reader : IvRule.values()) {
            try (Injection _ = play(reader);
                    Pkcs11Token token = hsm.open(gcm(reader))) {
                assertThat(VendorToken.open(token, kek, AAD, new SealedBox(envelope.iv(), envelope.box())))
                        .as("written by %s, read by %s", writer, reader)
                        .isEqualTo(DEK);
                byte[] other = envelope.iv();
                other[0] ^= 1;
                assertThatThrownBy(() -> VendorToken.open(token, kek, AAD, new SealedBox(other, envelope.box())))
                        .isInstanceOf(NotAuthentic.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(IvRule.class)
    void no_iv_is_used_twice(IvRule rule) throws Exception {
        try (Injection _ = play(rule);
                Pkcs11Token token = hsm.open(gcm(rule))) {
            Kek kek = VendorToken.generated(token, Mechanism.AES_GCM);
            Set<String> ivs = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                ivs.add(java.util.Arrays.toString(VendorToken.seal(token, kek).iv()));
            }
            assertThat(ivs).hasSize(50);
        }
    }

    @Test
    void a_module_that_makes_the_iv_under_a_profile_that_gives_one_is_refused_at_the_start() {
        try (Injection _ = play(IvRule.MODULE_APPENDED)) {
            assertThatThrownBy(() -> hsm.open(gcm(IvRule.CALLER)))
                    .isInstanceOf(CustodyException.class)
                    .hasMessageContaining("CKR_MECHANISM_PARAM_INVALID")
                    .hasMessageContaining("iv: caller")
                    .hasMessageContaining("profile 'vendor'");
            assertThat(hsm.counters().injected("C_EncryptInit")).isEqualTo(1);
        }
    }

    /** SoftHSM takes a NULL IV for an empty one, so that all IVs would be alike: the length of what comes back gives it away. */
    @ParameterizedTest
    @EnumSource(value = IvRule.class, names = "CALLER", mode = Mode.EXCLUDE)
    void a_module_that_makes_no_iv_under_a_profile_that_relies_on_it_is_refused_at_the_start(IvRule rule) {
        assertThatThrownBy(() -> hsm.open(gcm(rule)))
                .isInstanceOf(CustodyException.class)
                .hasMessageContaining("profile 'vendor'");
        assertThat(hsm.counters().calls("C_Decrypt")).isZero();
    }

    @Test
    void an_iv_written_in_place_is_lost_in_the_wrapper_and_such_a_module_is_refused_at_the_start() {
        try (Injection _ = hsm.module.inject(Fault.ivInPlace())) {
            assertThatThrownBy(() -> hsm.open(gcm(IvRule.CALLER)))
                    .isInstanceOf(CustodyException.class)
                    .hasMessageContaining("iv: caller");
            assertThat(hsm.counters().injected("C_EncryptInit")).isEqualTo(1);
        }
    }
}
