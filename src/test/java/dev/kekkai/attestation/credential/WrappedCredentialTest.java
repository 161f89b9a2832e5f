package dev.kekkai.attestation.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is wrapped in software is opened by TPM2_ActivateCredential: the TPM is the judge of each byte. */
class WrappedCredentialTest {
    private final SecureRandom random = new SecureRandom();

    @ParameterizedTest
    @EnumSource(EkTemplate.class)
    void a_secret_of_any_length_up_to_a_digest_is_opened_by_the_tpm(EkTemplate template) throws Exception {
        try (Node node = Node.blank();
                LoadedObject ak = node.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
            PublicArea ek = ek(node, template);
            for (int length : new int[] {1, 32, ek.nameAlg().length()}) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                try (Secret secret = Secret.owning(bytes.clone())) {
                    WrappedCredential wrapped =
                            WrappedCredential.make(ek, ak.publicArea().name(), secret, random);
                    try (Secret opened = node.activate(template, ak, wrapped)) {
                        assertThat(opened.sameAs(bytes)).isTrue();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = EkTemplate.class,
            names = {"L_1", "L_2"})
    void it_opens_for_no_other_key_and_in_no_other_tpm(EkTemplate template) throws Exception {
        try (Node node = Node.blank();
                Node other = Node.blank();
                Secret secret = Secret.owning(new byte[32]);
                LoadedObject ak = node.key(Hierarchy.ENDORSEMENT, AkTemplate.template());
                LoadedObject othersAk = other.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
            WrappedCredential wrapped =
                    WrappedCredential.make(ek(node, template), ak.publicArea().name(), secret, random);
            WrappedCredential forAnotherKey = WrappedCredential.make(
                    ek(node, template), othersAk.publicArea().name(), secret, random);

            assertThatExceptionOfType(TpmException.Refused.class)
                    .isThrownBy(() -> other.activate(template, othersAk, wrapped));
            assertThatExceptionOfType(TpmException.Refused.class)
                    .isThrownBy(() -> node.activate(template, ak, forAnotherKey));
            try (Secret opened = node.activate(template, ak, wrapped)) {
                assertThat(opened.length()).isEqualTo(32);
            }
        }
    }

    @Test
    void a_secret_that_no_tpm_takes_and_a_key_that_encrypts_nothing_are_refused() throws Exception {
        PublicArea ek = EkTemplate.L_1.template();
        try (Secret longer = Secret.owning(new byte[33]);
                Secret secret = Secret.owning(new byte[32])) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WrappedCredential.make(ek, new byte[34], longer, random))
                    .withMessageContaining("more than 32 bytes");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WrappedCredential.make(AkTemplate.template(), new byte[34], secret, random))
                    .withMessageContaining("protects nothing by AES-CFB");
        }
    }

    private static PublicArea ek(Node node, EkTemplate template) throws TpmException {
        try (LoadedObject ek = node.key(Hierarchy.ENDORSEMENT, template.template())) {
            return ek.publicArea();
        }
    }
}
