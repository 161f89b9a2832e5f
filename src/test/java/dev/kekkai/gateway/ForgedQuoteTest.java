package dev.kekkai.gateway;

import dev.kekkai.testing.attack.ForgedQuotes;
import dev.kekkai.testing.attack.InThisProcess;
import dev.kekkai.testing.attack.Target;
import org.junit.jupiter.api.AfterEach;

/** Attacks by what is quoted, on a gateway's ports alone. */
class ForgedQuoteTest extends ForgedQuotes {
    private InThisProcess gateway;

    @Override
    protected Target attacked() throws Exception {
        gateway = new InThisProcess();
        return gateway;
    }

    @AfterEach
    void the_gateway_ends() {
        gateway.close();
    }
}
