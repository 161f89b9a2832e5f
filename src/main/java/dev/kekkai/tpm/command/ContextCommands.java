package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.SavedContext;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.List;

/** Where objects live (Part 3 §28). Flushing is {@link LoadedObject#close}. */
public record ContextCommands(Tpm tpm) {
    /** TPM2_ContextSave: a copy outside the TPM, good until the next TPM Reset. */
    public SavedContext save(LoadedObject object) throws TpmException {
        return tpm.run(
                CommandCode.CONTEXT_SAVE,
                List.of(object.entity()),
                new TpmWriter(),
                (none, in) -> SavedContext.read(in));
    }

    /** TPM2_ContextLoad: the copy in a slot again. */
    public LoadedObject load(SavedContext context, PublicArea publicArea) throws TpmException {
        TpmWriter out = new TpmWriter();
        context.write(out);
        return tpm.run(
                CommandCode.CONTEXT_LOAD, List.of(), out, (handle, in) -> new LoadedObject(tpm, handle, publicArea));
    }

    /** TPM2_EvictControl: makes a loaded object persistent. */
    public Entity persist(Hierarchy hierarchy, LoadedObject object, int handle, Authorization... authorizations)
            throws TpmException {
        return evictControl(hierarchy, object.entity(), handle, authorizations);
    }

    /** TPM2_EvictControl: removes a persistent object. */
    public void evict(Hierarchy hierarchy, Entity persistent, Authorization... authorizations) throws TpmException {
        evictControl(hierarchy, persistent, persistent.handle(), authorizations);
    }

    private Entity evictControl(Hierarchy hierarchy, Entity object, int handle, Authorization... authorizations)
            throws TpmException {
        return tpm.run(
                CommandCode.EVICT_CONTROL,
                List.of(Entity.of(hierarchy), object),
                new TpmWriter().u32(handle),
                (none, in) -> new Entity(handle, object.name()),
                authorizations);
    }
}
