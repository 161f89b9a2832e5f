package dev.kekkai.tpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.structure.EkPolicy;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.NvAttributes;
import dev.kekkai.tpm.structure.NvPublic;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.Ticket;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PolicyCommandsTest {
    private static final PcrSelectionList PCR_8 = PcrSelectionList.of(PcrSelection.of(HashAlg.SHA256, 8));
    private static final byte[] EVENT = HashAlg.SHA256.digest(new byte[] {7});
    private static final byte[] PIN = {4, 7, 1, 1};
    private static final byte[] NO_REF = {};

    private Swtpm swtpm;
    private Tpm tpm;

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        tpm = Tpms.connect(swtpm);
        extend();
    }

    @AfterEach
    void stop() throws Exception {
        tpm.close();
        swtpm.close();
    }

    @ParameterizedTest
    @EnumSource(names = "SHA1", mode = EnumSource.Mode.EXCLUDE)
    void the_policies_of_eks_that_we_compute_are_those_that_the_tpm_computes(HashAlg hash) throws Exception {
        try (AuthSession trial = new SessionCommands(tpm).trial(hash)) {
            PolicyCommands policy = new PolicyCommands(tpm, trial);
            policy.secret(Entity.of(Hierarchy.ENDORSEMENT));
            assertThat(policy.digest()).isEqualTo(EkPolicy.A.digest(hash));
            policy.or(List.of(EkPolicy.policyA(hash), EkPolicy.policyC(hash)));
            assertThat(policy.digest()).isEqualTo(EkPolicy.B.digest(hash));
            policy.restart();
            assertThat(policy.digest()).containsOnly(0);
        }
    }

    @Test
    void a_pcr_that_changed_keeps_sealed_data_shut() throws Exception {
        byte[] approved = trial(policy -> policy.pcr(PCR_8));
        try (LoadedObject parent = storage();
                LoadedObject sealed = sealed(parent, approved);
                AuthSession session =
                        new SessionCommands(tpm).policy(HashAlg.SHA256, parent.entity(), parent.publicArea())) {
            PolicyCommands policy = new PolicyCommands(tpm, session);
            policy.pcr(PCR_8);
            assertThat(unseal(sealed, session)).isEqualTo(PIN);

            extend();
            policy.pcr(PCR_8);
            refused(() -> unseal(sealed, session), "TPM_RC_POLICY_FAIL");
        }
    }

    @Test
    void a_signed_policy_lets_a_new_pcr_value_in_and_a_counter_revokes_the_old_one() throws Exception {
        try (LoadedObject signer = primary(Hierarchy.ENDORSEMENT, Templates.signing());
                LoadedObject parent = storage()) {
            NvPublic counter = counter();
            byte[] key = signer.publicArea().name();
            byte[] anySigned = trial(policy -> policy.authorize(
                    new byte[0], NO_REF, key, new Ticket(0x8022, Hierarchy.NULL.handle(), new byte[0])));
            CreatedObject object = new ObjectCommands(tpm)
                    .create(parent.entity(), Templates.sealed(anySigned), Sensitive.data(Secret.owning(PIN.clone())));

            Approval old = approve(signer, counter);
            assertThat(openWith(old, signer, parent, object, counter)).isEqualTo(PIN);
            extend();
            refused(() -> openWith(old, signer, parent, object, counter), "TPM_RC_VALUE");
            Approval renewed = approve(signer, counter);
            assertThat(openWith(renewed, signer, parent, object, counter)).isEqualTo(PIN);

            new NvCommands(tpm).increment(Entity.of(Hierarchy.OWNER), counter);
            refused(() -> openWith(renewed, signer, parent, object, counter), "TPM_RC_POLICY");
        }
    }

    @Test
    void a_policy_for_one_command_allows_no_other() throws Exception {
        byte[] unsealing = trial(policy -> policy.commandCode(CommandCode.UNSEAL));
        byte[] signing = trial(policy -> policy.commandCode(CommandCode.SIGN));
        try (LoadedObject parent = storage();
                LoadedObject open = sealed(parent, unsealing);
                LoadedObject shut = sealed(parent, signing);
                AuthSession session = new SessionCommands(tpm).policy(HashAlg.SHA256)) {
            PolicyCommands policy = new PolicyCommands(tpm, session);
            policy.commandCode(CommandCode.SIGN);
            refused(() -> unseal(shut, session), "TPM_RC_POLICY_CC");
            policy.restart();
            policy.commandCode(CommandCode.UNSEAL);
            assertThat(unseal(open, session)).isEqualTo(PIN);
        }
    }

    private record Approval(byte[] policy, Signature signature, byte[] counted) {}

    /** Signs "PCR 8 is what it is now, and the counter is not beyond what it is now". */
    private Approval approve(LoadedObject signer, NvPublic counter) throws Exception {
        long value = new NvCommands(tpm).readCounter(Entity.of(Hierarchy.OWNER), counter);
        byte[] operand = new TpmWriter().u64(value).toBytes();
        byte[] policy = trial(trial -> {
            trial.nv(Entity.of(Hierarchy.OWNER), counter, operand, Comparison.UNSIGNED_LESS_OR_EQUAL);
            trial.pcr(PCR_8);
        });
        Signature signature = new KeyCommands(tpm).sign(signer.entity(), HashAlg.SHA256.digest(policy, NO_REF));
        return new Approval(policy, signature, operand);
    }

    private byte[] openWith(
            Approval approval, LoadedObject signer, LoadedObject parent, CreatedObject object, NvPublic counter)
            throws TpmException {
        try (LoadedObject sealed = new ObjectCommands(tpm).load(parent.entity(), object);
                AuthSession session = new SessionCommands(tpm).policy(HashAlg.SHA256)) {
            PolicyCommands policy = new PolicyCommands(tpm, session);
            policy.nv(Entity.of(Hierarchy.OWNER), counter, approval.counted, Comparison.UNSIGNED_LESS_OR_EQUAL);
            policy.pcr(PCR_8);
            Ticket ticket = new KeyCommands(tpm)
                    .verifySignature(
                            signer.entity(), HashAlg.SHA256.digest(approval.policy, NO_REF), approval.signature);
            policy.authorize(approval.policy, NO_REF, signer.publicArea().name(), ticket);
            return unseal(sealed, session);
        }
    }

    private byte[] unseal(LoadedObject sealed, AuthSession session) throws TpmException {
        try (Secret data = new KeyCommands(tpm).unseal(sealed.entity(), session.use())) {
            return data.lent().clone();
        }
    }

    private NvPublic counter() throws TpmException {
        NvCommands nv = new NvCommands(tpm);
        NvPublic counter = NvCommands.ordinary(
                0x0180_0002,
                NvAttributes.COUNTER | NvAttributes.OWNER_READ | NvAttributes.OWNER_WRITE | NvAttributes.NO_DA,
                Long.BYTES);
        nv.define(Hierarchy.OWNER, Secret.owning(new byte[0]), counter);
        nv.increment(Entity.of(Hierarchy.OWNER), counter);
        return nv.readPublic(counter.index());
    }

    private LoadedObject storage() throws TpmException {
        return primary(Hierarchy.OWNER, Templates.storage());
    }

    private LoadedObject primary(Hierarchy hierarchy, dev.kekkai.tpm.structure.PublicArea template)
            throws TpmException {
        return new ObjectCommands(tpm).createPrimary(hierarchy, template, Sensitive.none());
    }

    private LoadedObject sealed(LoadedObject parent, byte[] policy) throws TpmException {
        ObjectCommands objects = new ObjectCommands(tpm);
        return objects.load(
                parent.entity(),
                objects.create(parent.entity(), Templates.sealed(policy), Sensitive.data(Secret.owning(PIN.clone()))));
    }

    private void extend() throws TpmException {
        new PcrCommands(tpm).extend(8, Map.of(HashAlg.SHA256, EVENT));
    }

    private interface Assertions {
        void make(PolicyCommands policy) throws TpmException;
    }

    private byte[] trial(Assertions assertions) throws TpmException {
        try (AuthSession trial = new SessionCommands(tpm).trial(HashAlg.SHA256)) {
            PolicyCommands policy = new PolicyCommands(tpm, trial);
            assertions.make(policy);
            return policy.digest();
        }
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code) {
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.code().name()).isEqualTo(code));
    }
}
