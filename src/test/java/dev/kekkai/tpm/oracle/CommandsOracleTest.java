package dev.kekkai.tpm.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Recorder;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.AttestationCommands;
import dev.kekkai.tpm.command.CapabilityCommands;
import dev.kekkai.tpm.command.CommandCode;
import dev.kekkai.tpm.command.Comparison;
import dev.kekkai.tpm.command.ContextCommands;
import dev.kekkai.tpm.command.CreatedObject;
import dev.kekkai.tpm.command.Entity;
import dev.kekkai.tpm.command.KeyCommands;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.command.NvCommands;
import dev.kekkai.tpm.command.ObjectCommands;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.PolicyCommands;
import dev.kekkai.tpm.command.SessionCommands;
import dev.kekkai.tpm.command.SystemCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.EkPolicy;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.KeyedHashParameters;
import dev.kekkai.tpm.structure.NvAttributes;
import dev.kekkai.tpm.structure.NvPublic;
import dev.kekkai.tpm.structure.ObjectAttributes;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.Scheme;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tss.tpm.TPMS_PCR_SELECTION;
import tss.tpm.TPMS_SENSITIVE_CREATE;
import tss.tpm.TPMT_HA;
import tss.tpm.TPMT_PUBLIC;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CAP;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_RH;

/** What we send is what TSS.Java sends for the same command, byte for byte; and it reads the same out of the TPM's answer. */
class CommandsOracleTest {
    private static final TPM_HANDLE OWNER = TPM_HANDLE.from(TPM_RH.OWNER);
    private static final TPM_HANDLE ENDORSEMENT = TPM_HANDLE.from(TPM_RH.ENDORSEMENT);
    private static final byte[] DIGEST = HashAlg.SHA256.digest(new byte[] {1});
    private static final byte[] DATA = {8, 7, 6, 5, 4, 3, 2, 1};
    private static final PcrSelection PCR = PcrSelection.of(HashAlg.SHA256, 0, 7, 23);
    private static final TPMS_PCR_SELECTION[] THEIR_PCR = {
        new TPMS_PCR_SELECTION(TPM_ALG_ID.SHA256, new byte[] {(byte) 0x81, 0, (byte) 0x80})
    };
    private static final PublicArea HMAC_KEY = new PublicArea(
            HashAlg.SHA256,
            ObjectAttributes.FIXED_TPM
                    | ObjectAttributes.FIXED_PARENT
                    | ObjectAttributes.USER_WITH_AUTH
                    | ObjectAttributes.SIGN_ENCRYPT,
            new byte[0],
            new KeyedHashParameters(Scheme.HMAC_SHA256, new byte[0]));

    private Swtpm swtpm;
    private Recorder wire;
    private Tpm tpm;

    private interface Ours<R> {
        R run() throws TpmException;
    }

    private interface Theirs {
        void run(tss.Tpm tpm);
    }

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        wire = new Recorder(Tpms.transport(swtpm));
        tpm = new Tpm(wire, Tpms.TIMEOUT);
    }

    @AfterEach
    void stop() throws Exception {
        tpm.close();
        swtpm.close();
    }

    @Test
    void of_the_system() throws Exception {
        SystemCommands system = new SystemCommands(tpm);
        try (Secret random = same(() -> system.random(20), theirs -> theirs.GetRandom(20))) {
            assertThat(random.length()).isEqualTo(20);
        }
        same(() -> new CapabilityCommands(tpm).properties(0x100, 40), theirs -> assertThat(
                        theirs.GetCapability(TPM_CAP.TPM_PROPERTIES, 0x100, 40).capabilityData)
                .isNotNull());
        same(() -> new PcrCommands(tpm).read(PCR), theirs -> assertThat(theirs.PCR_Read(THEIR_PCR).pcrValues)
                .hasSize(3));
        same(
                () -> {
                    new PcrCommands(tpm).extend(23, Map.of(HashAlg.SHA256, DIGEST));
                    return 0;
                },
                theirs ->
                        theirs.PCR_Extend(new TPM_HANDLE(23), new TPMT_HA[] {new TPMT_HA(TPM_ALG_ID.SHA256, DIGEST)}));
        same(
                () -> {
                    system.clear(Hierarchy.LOCKOUT);
                    return 0;
                },
                theirs -> theirs.Clear(TPM_HANDLE.from(TPM_RH.LOCKOUT)));
        same(
                () -> {
                    system.shutdown();
                    return 0;
                },
                theirs -> theirs.Shutdown(tss.tpm.TPM_SU.CLEAR));
    }

    @Test
    void of_objects_and_keys() throws Exception {
        ObjectCommands objects = new ObjectCommands(tpm);
        KeyCommands keys = new KeyCommands(tpm);
        LoadedObject parent = same(
                () -> objects.createPrimary(Hierarchy.ENDORSEMENT, EkTemplate.H_2.template(), Sensitive.none()),
                theirs -> theirs.CreatePrimary(
                        ENDORSEMENT,
                        new TPMS_SENSITIVE_CREATE(),
                        TPMT_PUBLIC.fromBytes(EkTemplate.H_2.template().bytes()),
                        new byte[0],
                        new TPMS_PCR_SELECTION[0]));
        TPM_HANDLE theirParent = new TPM_HANDLE(parent.entity().handle());
        same(() -> objects.readPublic(parent.entity().handle()), theirs -> assertThat(
                        theirs.ReadPublic(theirParent).name)
                .isEqualTo(parent.publicArea().name()));
        CreatedObject created = same(
                () -> objects.create(parent.entity(), HMAC_KEY, Sensitive.data(Secret.owning(DATA.clone()))),
                theirs -> theirs.Create(
                        theirParent,
                        new TPMS_SENSITIVE_CREATE(new byte[0], DATA),
                        TPMT_PUBLIC.fromBytes(HMAC_KEY.bytes()),
                        new byte[0],
                        new TPMS_PCR_SELECTION[0]));
        LoadedObject key = same(
                () -> objects.load(parent.entity(), created),
                theirs -> theirs.Load(
                        theirParent,
                        new tss.tpm.TPM2B_PRIVATE(created.outPrivate()),
                        TPMT_PUBLIC.fromBytes(created.publicArea().bytes())));
        Secret mac = same(
                () -> keys.hmac(key.entity(), DATA),
                theirs -> theirs.HMAC(new TPM_HANDLE(key.entity().handle()), DATA, TPM_ALG_ID.NULL));
        assertThat(mac.length()).isEqualTo(32);
        same(
                () -> {
                    key.close();
                    return 0;
                },
                theirs -> theirs.FlushContext(new TPM_HANDLE(key.entity().handle())));
        same(
                () -> new ContextCommands(tpm).persist(Hierarchy.OWNER, parent, 0x8101_0044),
                theirs -> theirs.EvictControl(OWNER, theirParent, new TPM_HANDLE(0x8101_0044)));
        var saved = same(() -> new ContextCommands(tpm).save(parent), theirs -> theirs.ContextSave(theirParent));
        TpmWriter context = new TpmWriter();
        saved.write(context);
        same(
                () -> new ContextCommands(tpm).load(saved, parent.publicArea()),
                theirs -> theirs.ContextLoad(tss.tpm.TPMS_CONTEXT.fromBytes(context.toBytes())));
    }

    @Test
    void of_attestation_and_what_is_in_a_quote() throws Exception {
        LoadedObject ak =
                new ObjectCommands(tpm).createPrimary(Hierarchy.ENDORSEMENT, AkTemplate.template(), Sensitive.none());
        TPM_HANDLE theirAk = new TPM_HANDLE(ak.entity().handle());
        AttestationCommands.Quote quote = same(
                () -> new AttestationCommands(tpm).quote(ak.entity(), DIGEST, PcrSelectionList.of(PCR)), theirs -> {
                    var response = theirs.Quote(theirAk, DIGEST, new tss.tpm.TPMS_NULL_SIG_SCHEME(), THEIR_PCR);
                    assertThat(response.quoted.extraData).isEqualTo(DIGEST);
                });
        tss.tpm.TPMS_ATTEST theirs = tss.tpm.TPMS_ATTEST.fromBytes(quote.attest());
        Attest ours = Attest.parse(quote.attest());
        assertThat(theirs.toBytes()).isEqualTo(quote.attest());
        assertThat(theirs.qualifiedSigner).isEqualTo(ours.qualifiedSigner());
        assertThat(theirs.clockInfo.clock).isEqualTo(ours.clockInfo().clock());
        assertThat((long) theirs.clockInfo.resetCount)
                .isEqualTo(ours.clockInfo().resetCount());
        assertThat((long) theirs.clockInfo.restartCount)
                .isEqualTo(ours.clockInfo().restartCount());
        assertThat(theirs.firmwareVersion).isEqualTo(ours.firmwareVersion());
        Signature.Ecdsa ecdsa = (Signature.Ecdsa) quote.signature();
        assertThat(new tss.tpm.TPMT_SIGNATURE(new tss.tpm.TPMS_SIGNATURE_ECDSA(TPM_ALG_ID.SHA256, ecdsa.r(), ecdsa.s()))
                        .toBytes())
                .isEqualTo(ecdsa.bytes());
        KeyCommands keys = new KeyCommands(tpm);
        byte[] signed = HashAlg.SHA256.digest(quote.attest());
        same(
                () -> keys.verifySignature(ak.entity(), signed, ecdsa),
                them -> them.VerifySignature(
                        theirAk, signed, new tss.tpm.TPMS_SIGNATURE_ECDSA(TPM_ALG_ID.SHA256, ecdsa.r(), ecdsa.s())));
    }

    @Test
    void of_nv_indices() throws Exception {
        NvCommands nv = new NvCommands(tpm);
        Entity owner = Entity.of(Hierarchy.OWNER);
        NvPublic index = NvCommands.ordinary(
                0x0180_0200, NvAttributes.OWNER_READ | NvAttributes.OWNER_WRITE | NvAttributes.NO_DA, DATA.length);
        TPM_HANDLE theirIndex = new TPM_HANDLE(index.index());
        same(
                () -> {
                    nv.define(Hierarchy.OWNER, Secret.owning(new byte[0]), index);
                    return 0;
                },
                theirs -> theirs.NV_DefineSpace(OWNER, new byte[0], tss.tpm.TPMS_NV_PUBLIC.fromBytes(index.bytes())));
        same(
                () -> {
                    nv.write(owner, index, DATA);
                    return 0;
                },
                theirs -> theirs.NV_Write(OWNER, theirIndex, DATA, 0));
        NvPublic now = same(() -> nv.readPublic(index.index()), theirs -> assertThat(
                        theirs.NV_ReadPublic(theirIndex).nvPublic.toBytes())
                .isEqualTo(NvCommands.written(index).bytes()));
        same(() -> nv.read(owner, now), theirs -> assertThat(theirs.NV_Read(OWNER, theirIndex, DATA.length, 0))
                .isEqualTo(DATA));
        try (AuthSession trial = new SessionCommands(tpm).trial(HashAlg.SHA256)) {
            same(
                    () -> {
                        new PolicyCommands(tpm, trial).nv(owner, now, DATA, Comparison.UNSIGNED_LESS_OR_EQUAL);
                        return 0;
                    },
                    theirs -> theirs.PolicyNV(
                            OWNER, theirIndex, new TPM_HANDLE(trial.handle()), DATA, 0, tss.tpm.TPM_EO.UNSIGNED_LE));
        }
        same(
                () -> {
                    nv.undefine(Hierarchy.OWNER, now);
                    return 0;
                },
                theirs -> theirs.NV_UndefineSpace(OWNER, theirIndex));
    }

    @Test
    void of_policies() throws Exception {
        AuthSession trial = new SessionCommands(tpm).trial(HashAlg.SHA256);
        byte[] sent = wire.command(wire.count() - 1);
        ReplayDevice device = new ReplayDevice(wire.response(wire.count() - 1));
        them(device)
                .StartAuthSession(
                        TPM_HANDLE.from(TPM_RH.NULL),
                        TPM_HANDLE.from(TPM_RH.NULL),
                        Arrays.copyOfRange(sent, 20, 52),
                        new byte[0],
                        tss.tpm.TPM_SE.TRIAL,
                        new tss.tpm.TPMT_SYM_DEF(TPM_ALG_ID.NULL, 0, TPM_ALG_ID.NULL),
                        TPM_ALG_ID.SHA256);
        assertThat(sent).isEqualTo(device.command());

        TPM_HANDLE session = new TPM_HANDLE(trial.handle());
        PolicyCommands policy = new PolicyCommands(tpm, trial);
        List<byte[]> branches = List.of(EkPolicy.policyA(HashAlg.SHA256), EkPolicy.policyC(HashAlg.SHA256));
        same(
                () -> done(() -> policy.pcr(PcrSelectionList.of(PCR), DIGEST)),
                theirs -> theirs.PolicyPCR(session, DIGEST, THEIR_PCR));
        same(
                () -> done(() -> policy.secret(Entity.of(Hierarchy.ENDORSEMENT))),
                theirs -> theirs.PolicySecret(ENDORSEMENT, session, new byte[0], new byte[0], new byte[0], 0));
        same(
                () -> done(() -> policy.commandCode(CommandCode.UNSEAL)),
                theirs -> theirs.PolicyCommandCode(session, tss.tpm.TPM_CC.Unseal));
        same(
                () -> done(() -> policy.or(branches)),
                theirs -> theirs.PolicyOR(
                        session,
                        branches.stream().map(tss.tpm.TPM2B_DIGEST::new).toArray(tss.tpm.TPM2B_DIGEST[]::new)));
        same(policy::digest, theirs -> assertThat(theirs.PolicyGetDigest(session))
                .hasSize(32));
        same(() -> done(policy::restart), theirs -> theirs.PolicyRestart(session));
    }

    private interface Step {
        void run() throws TpmException;
    }

    private static int done(Step step) throws TpmException {
        step.run();
        return 0;
    }

    private <R> R same(Ours<R> ours, Theirs theirs) throws TpmException {
        R result = ours.run();
        ReplayDevice device = new ReplayDevice(wire.response(wire.count() - 1));
        theirs.run(them(device));
        assertThat(wire.command(wire.count() - 1)).isEqualTo(device.command());
        return result;
    }

    private static tss.Tpm them(ReplayDevice device) {
        tss.Tpm them = new tss.Tpm();
        them._setDevice(device);
        return them;
    }
}
