package dev.kekkai.attestation.prover;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.EkTemplate;
import java.util.ArrayList;
import java.util.List;

/**
 * Which EK a node is known by, if its operator does not say: the first of P-256, P-384 and RSA-2048 that the maker certified; without any
 * certificate, the first that the TPM can make. ECC comes first because an RSA key takes real chips seconds.
 *
 * <p>The choice follows from what is in the TPM, so it stays the same. Where a firmware update adds certificates, name the template.
 */
public final class EkChoice {
    private static final List<EkTemplate> ORDER =
            List.of(EkTemplate.L_2, EkTemplate.H_2, EkTemplate.H_3, EkTemplate.L_1, EkTemplate.H_1);

    private EkChoice() {}

    /**
     * Chooses.
     *
     * @throws ProverException if the TPM can make none of them
     */
    public static EkTemplate of(Tpm tpm, Hierarchies hierarchies) throws TpmException, ProverException {
        EkCertificates certificates = EkCertificates.in(tpm);
        for (EkTemplate template : ORDER) {
            if (certificates.has(template)) {
                return template;
            }
        }
        List<Refused> refusals = new ArrayList<>();
        for (EkTemplate template : ORDER) {
            try (LoadedObject _ = hierarchies.ek(tpm, template)) {
                return template;
            } catch (Refused e) {
                refusals.add(e);
            }
        }
        throw new ProverException(
                "the TPM makes no EK of any of the TCG's templates that are known here", refusals.getLast());
    }
}
