package dev.kekkai.testing.attestation;

import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.SwtpmFactory;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.AttestationCommands;
import dev.kekkai.tpm.command.Entity;
import dev.kekkai.tpm.command.KeyCommands;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.command.ObjectCommands;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.PolicyCommands;
import dev.kekkai.tpm.command.SessionCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Password;
import dev.kekkai.tpm.structure.EkPolicy;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.structure.Signature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A node with a TPM of its own, in the hands of whoever the test wants. What the prover never does, an attacker does here by hand: keys of any
 * template under any hierarchy, quotes of anything, signatures over anything.
 */
public final class Node implements AutoCloseable {
    private final Swtpm swtpm;
    private final LogWriter log = LogWriter.agile(HashAlg.SHA1, HashAlg.SHA256);
    private final Path logFile;
    private Tpm tpm;

    public Node(Swtpm swtpm) throws IOException, TpmException {
        this.swtpm = swtpm;
        this.logFile = Files.createTempFile("measurements-", "");
        this.tpm = Tpms.connect(swtpm);
    }

    /** With a TPM that has no certificates. */
    public static Node blank() throws IOException, TpmException {
        return new Node(Swtpm.start());
    }

    /** With a TPM that has. */
    public static Node manufactured(SwtpmFactory factory) throws IOException, TpmException {
        return new Node(Swtpm.manufactured(factory));
    }

    /** Another node with a copy of this one's TPM. It has to boot. */
    public Node cloned() throws IOException, TpmException {
        return new Node(swtpm.cloned());
    }

    /** Measures firmware, boot loader and keys, as a boot does. */
    public Node boot(String kernel) throws TpmException {
        measure(0, "firmware");
        measure(2, "option rom");
        measure(4, "shim");
        measure(4, kernel);
        measure(7, "secure boot keys");
        return this;
    }

    /** Extends a PCR in both banks of the log, and says so in the log. */
    public void measure(int pcr, String what) throws TpmException {
        byte[] data = what.getBytes(StandardCharsets.UTF_8);
        Map<HashAlg, byte[]> digests = new LinkedHashMap<>();
        digests.put(HashAlg.SHA1, HashAlg.SHA1.digest(data));
        digests.put(HashAlg.SHA256, HashAlg.SHA256.digest(data));
        new PcrCommands(tpm).extend(pcr, digests);
        log.event(pcr, LogWriter.EV_EFI_BOOT_SERVICES_APPLICATION, digests, data);
    }

    public byte[] eventLog() {
        return log.bytes();
    }

    /** The same as the kernel would hand it on. */
    public Path eventLogFile() throws IOException {
        return Files.write(logFile, log.bytes());
    }

    /** Power off and on again: PCRs are zero, and one more reset is counted. */
    public void powerCycle() throws IOException, TpmException {
        tpm.close();
        swtpm.losePower();
        tpm = Tpms.connect(swtpm);
    }

    public Tpm tpm() {
        return tpm;
    }

    /** A primary key. */
    public LoadedObject key(Hierarchy hierarchy, PublicArea template) throws TpmException {
        return new ObjectCommands(tpm).createPrimary(hierarchy, template, Sensitive.none());
    }

    /** Opens a credential. */
    public Secret activate(EkTemplate template, LoadedObject ak, WrappedCredential credential) throws TpmException {
        try (LoadedObject ek = key(Hierarchy.ENDORSEMENT, template.template())) {
            AttestationCommands commands = new AttestationCommands(tpm);
            if (template.policy() == EkPolicy.B) {
                // The high range has userWithAuth: its empty authorisation value will do.
                return commands.activateCredential(
                        ak.entity(), ek.entity(), credential.credentialBlob(), credential.encryptedSecret());
            }
            try (AuthSession policy = new SessionCommands(tpm).policy(HashAlg.SHA256)) {
                new PolicyCommands(tpm, policy).secret(Entity.of(Hierarchy.ENDORSEMENT));
                return commands.activateCredential(
                        ak.entity(),
                        ek.entity(),
                        credential.credentialBlob(),
                        credential.encryptedSecret(),
                        Password.empty(),
                        policy.use());
            }
        }
    }

    public AttestationCommands.Quote quote(LoadedObject ak, byte[] qualifyingData, HashAlg bank, int... pcrs)
            throws TpmException {
        return new AttestationCommands(tpm)
                .quote(ak.entity(), qualifyingData, PcrSelectionList.of(PcrSelection.of(bank, pcrs)));
    }

    /** Signs whatever bytes with a key that is not restricted. */
    public Signature sign(LoadedObject key, byte[] bytes) throws TpmException {
        return new KeyCommands(tpm).sign(key.entity(), HashAlg.SHA256.digest(bytes));
    }

    /** The values one after the other, ascending. */
    public byte[] pcrs(HashAlg bank, int... pcrs) throws TpmException {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        new PcrCommands(tpm).read(PcrSelection.of(bank, pcrs)).values().forEach(joined::writeBytes);
        return joined.toByteArray();
    }

    @Override
    public void close() throws IOException {
        tpm.close();
        swtpm.close();
        Files.delete(logFile);
    }
}
