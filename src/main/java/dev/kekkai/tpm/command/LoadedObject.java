package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.structure.PublicArea;

/** An object in one of the TPM's transient slots, of which there may be three. Closing it flushes it. */
public final class LoadedObject implements AutoCloseable {
    private final Tpm tpm;
    private final Entity entity;
    private final PublicArea publicArea;
    private boolean closed;

    LoadedObject(Tpm tpm, int handle, PublicArea publicArea) {
        this.tpm = tpm;
        this.entity = new Entity(handle, publicArea.name());
        this.publicArea = publicArea;
    }

    public Entity entity() {
        return entity;
    }

    public PublicArea publicArea() {
        return publicArea;
    }

    @Override
    public void close() throws TpmException {
        if (!closed) {
            closed = true;
            tpm.flush(entity.handle());
        }
    }
}
