package dev.kekkai.gateway;

import dev.kekkai.testing.attack.InThisProcess;
import dev.kekkai.testing.attack.Target;
import dev.kekkai.testing.attack.UsedCertificates;
import org.junit.jupiter.api.AfterEach;

/** Attacks by who has a certificate or had one, on a gateway's ports alone. */
class UsedCertificateTest extends UsedCertificates {
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
