package dev.kekkai.attestation.prover;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.command.Entity;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.command.ObjectCommands;
import dev.kekkai.tpm.command.PolicyCommands;
import dev.kekkai.tpm.command.SessionCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Password;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EkPolicy;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.Sensitive;
import java.security.InvalidKeyException;
import java.util.List;

/**
 * The endorsement hierarchy, whose keys the EK and the AK are.
 *
 * @param endorsementAuth its authorisation value: empty, unless somebody took it. Stays the caller's.
 */
public record Hierarchies(Secret endorsementAuth) {
    private static final Entity ENDORSEMENT = Entity.of(Hierarchy.ENDORSEMENT);

    LoadedObject ek(Tpm tpm, EkTemplate template) throws TpmException, ProverException {
        return primary(tpm, template.template());
    }

    LoadedObject ak(Tpm tpm) throws TpmException, ProverException {
        return primary(tpm, AkTemplate.template());
    }

    /**
     * A session that satisfies the EK's policy. It is salted to the EK, so that what the EK opens comes back encrypted.
     *
     * <p>A high-range EK could be used with its empty authorisation value as well; but it has no {@code noDA}, and a TPM in lockout would
     * refuse that.
     */
    AuthSession policySession(Tpm tpm, LoadedObject ek, EkPolicy policy) throws TpmException, ProverException {
        HashAlg hash = ek.publicArea().nameAlg();
        AuthSession session = start(tpm, ek, hash);
        try {
            PolicyCommands commands = new PolicyCommands(tpm, session);
            commands.secret(ENDORSEMENT, new Password(endorsementAuth));
            if (policy == EkPolicy.B) {
                commands.or(List.of(EkPolicy.policyA(hash), EkPolicy.policyC(hash)));
            }
            return session;
        } catch (TpmException e) {
            try (session) {
                throw explained(e);
            }
        }
    }

    private static AuthSession start(Tpm tpm, LoadedObject ek, HashAlg hash) throws TpmException, ProverException {
        try {
            return new SessionCommands(tpm).policy(hash, ek.entity(), ek.publicArea());
        } catch (InvalidKeyException e) {
            throw new ProverException("the TPM made an EK that is no key: " + e.getMessage(), e);
        }
    }

    private LoadedObject primary(Tpm tpm, PublicArea template) throws TpmException, ProverException {
        try {
            return new ObjectCommands(tpm)
                    .createPrimary(Hierarchy.ENDORSEMENT, template, Sensitive.none(), new Password(endorsementAuth));
        } catch (TpmException e) {
            throw explained(e);
        }
    }

    private static TpmException explained(TpmException e) throws ProverException {
        if (e instanceof Refused refused
                && (refused.code().is("TPM_RC_BAD_AUTH") || refused.code().is("TPM_RC_AUTH_FAIL"))) {
            throw new ProverException(
                    "the endorsement hierarchy of this TPM has another authorisation value than the one configured: "
                            + "configure the right one, or clear it (tpm2_changeauth -c endorsement)",
                    e);
        }
        if (e instanceof Refused refused && refused.code().is("TPM_RC_HIERARCHY")) {
            throw new ProverException(
                    "the endorsement hierarchy of this TPM is disabled: enable it in the firmware's setup", e);
        }
        return e;
    }
}
