package dev.kekkai.endtoend;

import dev.kekkai.testing.attack.ForgedQuotes;
import dev.kekkai.testing.attack.InItsOwnProcess;
import dev.kekkai.testing.attack.Target;

/** Attacks by what is quoted, on a gateway as an operator runs it. */
class ForgedQuoteIT extends ForgedQuotes {
    @Override
    protected Target attacked() {
        return InItsOwnProcess.shared();
    }
}
