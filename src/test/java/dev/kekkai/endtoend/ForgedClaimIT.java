package dev.kekkai.endtoend;

import dev.kekkai.testing.attack.ForgedClaims;
import dev.kekkai.testing.attack.InItsOwnProcess;
import dev.kekkai.testing.attack.Target;

/** Attacks by what is claimed, on a gateway as an operator runs it. */
class ForgedClaimIT extends ForgedClaims {
    @Override
    protected Target attacked() {
        return InItsOwnProcess.shared();
    }
}
