package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Names;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.structure.Ticket;
import dev.kekkai.tpm.structure.TpmReader;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.MessageDigest;
import java.util.List;

/** Making objects and bringing them into the TPM (Part 3 §12 and §24.1). */
public record ObjectCommands(Tpm tpm) {
    private static final int MAX_PRIVATE = 2048;
    private static final int MAX_CREATION_DATA = 1024;

    /** TPM2_CreatePrimary: a key derived from the hierarchy's seed and the template, the same each time. */
    public LoadedObject createPrimary(
            Hierarchy hierarchy, PublicArea template, Sensitive sensitive, Authorization... authorizations)
            throws TpmException {
        return tpm.run(
                CommandCode.CREATE_PRIMARY,
                List.of(Entity.of(hierarchy)),
                creation(sensitive, template),
                (handle, in) -> {
                    PublicArea area = PublicArea.readSized(in);
                    skipCreation(in);
                    checkName(in, area);
                    return new LoadedObject(tpm, handle, area);
                },
                authorizations);
    }

    /** TPM2_Create: a child of a storage key, outside the TPM. */
    public CreatedObject create(
            Entity parent, PublicArea template, Sensitive sensitive, Authorization... authorizations)
            throws TpmException {
        return tpm.run(
                CommandCode.CREATE,
                List.of(parent),
                creation(sensitive, template),
                (none, in) -> {
                    byte[] outPrivate = in.sized(MAX_PRIVATE, "TPM2B_PRIVATE");
                    PublicArea area = PublicArea.readSized(in);
                    skipCreation(in);
                    return new CreatedObject(outPrivate, area);
                },
                authorizations);
    }

    /** TPM2_Load: what {@link #create} made, under the same parent. */
    public LoadedObject load(Entity parent, CreatedObject object, Authorization... authorizations) throws TpmException {
        return tpm.run(
                CommandCode.LOAD,
                List.of(parent),
                new TpmWriter()
                        .sized(object.outPrivate())
                        .sized(object.publicArea().bytes()),
                (handle, in) -> {
                    checkName(in, object.publicArea());
                    return new LoadedObject(tpm, handle, object.publicArea());
                },
                authorizations);
    }

    /** TPM2_LoadExternal of a public key, so that the TPM can verify with it. Its tickets name this hierarchy. */
    public LoadedObject loadExternal(PublicArea key, Hierarchy hierarchy, Authorization... sessions)
            throws TpmException {
        return tpm.run(
                CommandCode.LOAD_EXTERNAL,
                List.of(),
                new TpmWriter().u16(0).sized(key.bytes()).u32(hierarchy.handle()),
                (handle, in) -> {
                    checkName(in, key);
                    return new LoadedObject(tpm, handle, key);
                },
                sessions);
    }

    /** TPM2_ReadPublic of an object that is loaded or persistent. That it goes with its name is checked; nobody vouches for either. */
    public PublicArea readPublic(int handle) throws TpmException {
        return readPublic(Entity.named(handle));
    }

    /** The same of an object whose name is known already, for a session authenticates the name. */
    public PublicArea readPublic(Entity object, Authorization... sessions) throws TpmException {
        return tpm.run(
                CommandCode.READ_PUBLIC,
                List.of(object),
                new TpmWriter(),
                (none, in) -> {
                    PublicArea area = PublicArea.readSized(in);
                    checkName(in, area);
                    in.sized(Names.MAX_LENGTH, "qualifiedName");
                    return area;
                },
                sessions);
    }

    /** {@code inSensitive, inPublic, outsideInfo, creationPCR}: the last two are empty. */
    private static TpmWriter creation(Sensitive sensitive, PublicArea template) {
        TpmWriter out = new TpmWriter();
        sensitive.writeSized(out);
        return out.sized(template.bytes()).u16(0).u32(0);
    }

    /** {@code creationData, creationHash, creationTicket}: about the circumstances, which we do not use. */
    private static void skipCreation(TpmReader in) throws Malformed {
        in.sized(MAX_CREATION_DATA, "TPM2B_CREATION_DATA");
        in.sized(HashAlg.MAX_LENGTH, "creationHash");
        Ticket.read(in);
    }

    private static void checkName(TpmReader in, PublicArea area) throws Malformed {
        if (!MessageDigest.isEqual(area.name(), in.sized(Names.MAX_LENGTH, "TPM2B_NAME"))) {
            throw in.malformed("TPM2B_NAME", "is not the name of the public area");
        }
    }
}
