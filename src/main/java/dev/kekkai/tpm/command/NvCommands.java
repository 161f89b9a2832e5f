package dev.kekkai.tpm.command;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Names;
import dev.kekkai.tpm.structure.NvAttributes;
import dev.kekkai.tpm.structure.NvPublic;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Non-volatile indices (Part 3 §31). Who authorises is the hierarchy or the index itself, whatever the index's attributes allow; an
 * index's name is that of its public area as it is now, so read it again after the first write.
 */
public record NvCommands(Tpm tpm) {
    /** Each TPM of a PC client moves so many bytes at once (PTP, TPM_PT_NV_BUFFER_MAX). */
    private static final int CHUNK = 512;

    /** An index as an entity. */
    public static Entity index(NvPublic nv) {
        return new Entity(nv.index(), nv.name());
    }

    /** TPM2_NV_ReadPublic. That it goes with its name is checked; nobody vouches for either. */
    public NvPublic readPublic(int index) throws TpmException {
        return readPublic(Entity.named(index));
    }

    /** The same of an index whose name is known already, for a session authenticates the name. */
    public NvPublic readPublic(Entity index, Authorization... sessions) throws TpmException {
        return tpm.run(
                CommandCode.NV_READ_PUBLIC,
                List.of(index),
                new TpmWriter(),
                (none, in) -> {
                    NvPublic nv = NvPublic.readSized(in);
                    if (nv.index() != index.handle()
                            || !MessageDigest.isEqual(nv.name(), in.sized(Names.MAX_LENGTH, "TPM2B_NAME"))) {
                        throw in.malformed("TPM2B_NAME", "is not the name of the index asked for");
                    }
                    return nv;
                },
                sessions);
    }

    /**
     * TPM2_NV_DefineSpace.
     *
     * @param auth the index's authorisation value, or empty; borrowed
     */
    public void define(Hierarchy hierarchy, Secret auth, NvPublic nv, Authorization... authorizations)
            throws TpmException {
        tpm.run(
                CommandCode.NV_DEFINE_SPACE,
                List.of(Entity.of(hierarchy)),
                new TpmWriter().sized(auth.lent()).sized(nv.bytes()),
                (none, in) -> none,
                authorizations);
    }

    /** TPM2_NV_UndefineSpace. */
    public void undefine(Hierarchy hierarchy, NvPublic nv, Authorization... authorizations) throws TpmException {
        tpm.run(
                CommandCode.NV_UNDEFINE_SPACE,
                List.of(Entity.of(hierarchy), index(nv)),
                new TpmWriter(),
                (none, in) -> none,
                authorizations);
    }

    /** TPM2_NV_Read of all its data, in pieces of {@value #CHUNK} bytes. */
    public byte[] read(Entity authorising, NvPublic nv, Authorization... authorizations) throws TpmException {
        byte[] data = new byte[nv.dataSize()];
        for (int at = 0; at < data.length; at += CHUNK) {
            int offset = at;
            int length = Math.min(CHUNK, data.length - at);
            byte[] piece = tpm.run(
                    CommandCode.NV_READ,
                    List.of(authorising, index(nv)),
                    new TpmWriter().u16(length).u16(offset),
                    (none, in) -> {
                        byte[] read = in.sized(length, "TPM2B_MAX_NV_BUFFER");
                        if (read.length != length) {
                            throw in.malformed("TPM2B_MAX_NV_BUFFER", "has not the length asked for");
                        }
                        return read;
                    },
                    authorizations);
            System.arraycopy(piece, 0, data, at, length);
        }
        return data;
    }

    /** The value of an index of the type {@code COUNTER}, unsigned 64 bits. */
    public long readCounter(Entity authorising, NvPublic nv, Authorization... authorizations) throws TpmException {
        return tpm.run(
                CommandCode.NV_READ,
                List.of(authorising, index(nv)),
                new TpmWriter().u16(Long.BYTES).u16(0),
                (none, in) -> {
                    if (in.u16("TPM2B_MAX_NV_BUFFER.size") != Long.BYTES) {
                        throw in.malformed("TPM2B_MAX_NV_BUFFER.size", "is not that of a counter");
                    }
                    return in.u64("counter");
                },
                authorizations);
    }

    /** TPM2_NV_Write from the first byte on, in pieces of {@value #CHUNK} bytes. */
    public void write(Entity authorising, NvPublic nv, byte[] data, Authorization... authorizations)
            throws TpmException {
        NvPublic now = nv;
        for (int at = 0; at < data.length; at += CHUNK) {
            byte[] piece = Arrays.copyOfRange(data, at, Math.min(data.length, at + CHUNK));
            tpm.run(
                    CommandCode.NV_WRITE,
                    List.of(current(authorising, nv, now), index(now)),
                    new TpmWriter().sized(piece).u16(at),
                    (none, in) -> none,
                    authorizations);
            now = written(nv);
        }
    }

    /** TPM2_NV_Increment of a counter. */
    public void increment(Entity authorising, NvPublic nv, Authorization... authorizations) throws TpmException {
        tpm.run(
                CommandCode.NV_INCREMENT,
                List.of(authorising, index(nv)),
                new TpmWriter(),
                (none, in) -> none,
                authorizations);
    }

    /** The index after its first write: an attribute more, hence another name. */
    public static NvPublic written(NvPublic nv) {
        return new NvPublic(
                nv.index(), nv.nameAlg(), nv.attributes() | NvAttributes.WRITTEN, nv.authPolicy(), nv.dataSize());
    }

    private static Entity current(Entity authorising, NvPublic before, NvPublic now) {
        return authorising.handle() == before.index() ? index(now) : authorising;
    }

    /** An ordinary index of plain data, without a policy. */
    public static NvPublic ordinary(int index, int attributes, int dataSize) {
        return new NvPublic(index, HashAlg.SHA256, attributes, new byte[0], dataSize);
    }
}
