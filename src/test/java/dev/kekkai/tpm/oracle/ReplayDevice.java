package dev.kekkai.tpm.oracle;

import tss.TpmDevice;

/** A TPM for TSS.Java that takes one command and has one answer. */
final class ReplayDevice extends TpmDevice {
    private final byte[] response;
    private byte[] command = new byte[0];

    ReplayDevice(byte[] response) {
        this.response = response;
    }

    byte[] command() {
        return command;
    }

    @Override
    public boolean connect() {
        return true;
    }

    @Override
    public void close() {}

    @Override
    public void dispatchCommand(byte[] bytes) {
        command = bytes.clone();
    }

    @Override
    public byte[] getResponse() {
        return response.clone();
    }

    @Override
    public boolean responseReady() {
        return true;
    }
}
