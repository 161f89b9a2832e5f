package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.structure.TpmReader;

/** Reads the parameters of one response; the handle is 0 if the command gives none. What follows is refused by the caller. */
@FunctionalInterface
interface ResponseParser<R> {
    R parse(int handle, TpmReader parameters) throws TpmException;
}
