package dev.kekkai.admin.rest;

import dev.kekkai.approval.ApprovalException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;

/** Asks a service, and says what it throws as a problem. */
final class Work {
    private Work() {}

    /** What is asked. */
    interface Call<T> {
        T make()
                throws KeyringException, CustodyException, FleetException, StoreException, AuditException,
                        ApprovalException;
    }

    static <T> T of(Call<T> call) {
        try {
            return call.make();
        } catch (KeyringException | FleetException e) {
            throw new ProblemException(ProblemCode.REFUSED, e);
        } catch (ApprovalException e) {
            throw new ProblemException(code(e.kind()), e);
        } catch (UntrustedStoreException e) {
            throw new ProblemException(ProblemCode.STORE_NOT_BELIEVED, e);
        } catch (CustodyException.KeyMissing | CustodyException.KeyUnsafe e) {
            throw new ProblemException(ProblemCode.KEY_NOT_USABLE, e);
        } catch (CustodyException e) {
            throw new ProblemException(ProblemCode.HSM_UNAVAILABLE, e);
        } catch (StoreException e) {
            throw new ProblemException(ProblemCode.STORE_UNAVAILABLE, e);
        } catch (AuditException e) {
            throw new ProblemException(ProblemCode.AUDIT_UNWRITABLE, e);
        }
    }

    private static ProblemCode code(ApprovalException.Kind kind) {
        return switch (kind) {
            case UNKNOWN -> ProblemCode.NO_SUCH_APPROVAL;
            case OWN_REQUEST -> ProblemCode.OWN_REQUEST;
            case NOT_YOURS -> ProblemCode.ROLE_MISSING;
            case CLOSED -> ProblemCode.APPROVAL_CLOSED;
            case REFUSED -> ProblemCode.REFUSED;
        };
    }
}
