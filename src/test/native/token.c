/* Sessions, login and the presence of the token, and the functions of the standard that are about them.
 *
 * A session handle of ours is a serial number and a place in a table, so none is ever given out twice. Calls hold the lock for reading
 * while they are in the real module; whatever closes sessions behind their back takes it for writing, because a session that is closed
 * under a call corrupts real modules. */
#include "faulty.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 4096, SLOT_STEP = 1000 };
static const ck_session_handle_t FIRST_SERIAL = 0x10000;

static pthread_rwlock_t lock;
static struct session sessions[PLACES];
static ck_session_handle_t next_serial = FIRST_SERIAL;
static long open_now;
static bool initialized;
/* Written with the lock held for writing. */
static bool absent, awaits_initialize, moves_slot;
static ck_rv_t absent_code;
static ck_slot_id_t slot_shift;

__attribute__((constructor)) static void make_lock(void) {
    pthread_rwlockattr_t kind;
    pthread_rwlockattr_init(&kind);
    pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&lock, &kind);
}

static void free_place(struct session *session) {
    session->handle = 0;
    set_total(SESSIONS_OPEN, --open_now);
}

static struct session *session_of(ck_session_handle_t handle) {
    struct session *session = &sessions[handle % PLACES];
    return handle != 0 && session->handle == handle ? session : NULL;
}

static ck_rv_t why_no_session(struct call *call) {
    if (!initialized) {
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    }
    if (absent) {
        gate_injected(call);
        return absent_code;
    }
    count_total(STALE_SESSIONS, 1);
    return CKR_SESSION_HANDLE_INVALID;
}

ck_rv_t token_hold(struct call *call, ck_session_handle_t *handle, struct session **session) {
    pthread_rwlock_rdlock(&lock);
    *session = session_of(*handle);
    if (*session != NULL) {
        *handle = (*session)->real_handle;
        return CKR_OK;
    }
    ck_rv_t rv = why_no_session(call);
    pthread_rwlock_unlock(&lock);
    return rv;
}

void token_release(void) {
    pthread_rwlock_unlock(&lock);
}

/* Calls what is given once for each slot in which we have a session, with one of its sessions. */
static void for_each_slot(void (*visit)(struct session *session)) {
    for (int i = 0; i < PLACES; i++) {
        bool first = sessions[i].handle != 0;
        for (int j = 0; first && j < i; j++) {
            first = sessions[j].handle == 0 || sessions[j].real_slot != sessions[i].real_slot;
        }
        if (first) {
            visit(&sessions[i]);
        }
    }
}

static void close_slot(struct session *session) {
    real->C_CloseAllSessions(session->real_slot);
}

static void forget_sessions(void) {
    for (int i = 0; i < PLACES; i++) {
        if (sessions[i].handle != 0) {
            free_place(&sessions[i]);
        }
    }
    objects_forget_all();
}

static void drop_sessions(void) {
    for_each_slot(close_slot);
    forget_sessions();
}

static void log_out_slot(struct session *session) {
    objects_log_out(session->real_slot, session->real_handle);
    real->C_Logout(session->real_handle);
}

static void drop_login(void) {
    for_each_slot(log_out_slot);
    for (int i = 0; i < PLACES; i++) {
        sessions[i].logged_out = sessions[i].keyed;
    }
}

static void remove_token(const struct rule *rule) {
    drop_sessions();
    absent = true;
    count_total(TOKEN_REMOVALS, 1);
    awaits_initialize = rule->until_initialize;
    moves_slot = rule->new_slot;
}

static void put_token_back(void) {
    absent = false;
    awaits_initialize = false;
    slot_shift += moves_slot ? SLOT_STEP : 0;
}

void token_follow_control(struct control *control) {
    pthread_rwlock_wrlock(&lock);
    struct rule *absence = NULL;
    for (size_t i = 0; i < control->count; i++) {
        struct rule *rule = control->rules[i];
        if (rule->kind == TOKEN_ABSENT) {
            absence = rule;
        } else if ((rule->kind == DROP_SESSIONS || rule->kind == DROP_LOGIN) && !rule->done) {
            rule->kind == DROP_SESSIONS ? drop_sessions() : drop_login();
            count_total(rule->kind == DROP_SESSIONS ? SESSION_DROPS : LOGIN_DROPS, 1);
            rule->done = true;
        }
    }
    if (absence != NULL) {
        absent_code = absence->code == CKR_OK ? CKR_DEVICE_REMOVED : absence->code;
        if (!absent) {
            remove_token(absence);
        }
    } else if (absent && !awaits_initialize) {
        put_token_back();
    }
    pthread_rwlock_unlock(&lock);
}

bool token_absent(void) {
    pthread_rwlock_rdlock(&lock);
    bool now = absent;
    pthread_rwlock_unlock(&lock);
    return now;
}

ck_slot_id_t token_slot_shift(void) {
    pthread_rwlock_rdlock(&lock);
    ck_slot_id_t now = slot_shift;
    pthread_rwlock_unlock(&lock);
    return now;
}

ck_slot_id_t token_slot_shift_held(void) {
    return slot_shift;
}

ck_rv_t token_slot(struct call *call, ck_slot_id_t *slot) {
    ck_slot_id_t shift = token_slot_shift();
    if (*slot < shift) {
        return CKR_SLOT_ID_INVALID;
    }
    *slot -= shift;
    if (token_absent()) {
        gate_injected(call);
        return CKR_TOKEN_NOT_PRESENT;
    }
    return CKR_OK;
}

ck_rv_t faulty_C_Initialize(void *arguments) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_Initialize, false);
    if (rv == CKR_OK) {
        pthread_rwlock_wrlock(&lock);
        environment_of_real_module(true);
        rv = real->C_Initialize(arguments);
        environment_of_real_module(false);
        if (rv == CKR_OK) {
            initialized = true;
            if (absent && control_find(TOKEN_ABSENT) == NULL) {
                put_token_back();
            }
        }
        pthread_rwlock_unlock(&lock);
    }
    return gate_leave(&call, rv, NULL, 0);
}

ck_rv_t faulty_C_Finalize(void *reserved) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_Finalize, false);
    if (rv == CKR_OK) {
        pthread_rwlock_wrlock(&lock);
        rv = real->C_Finalize(reserved);
        forget_sessions();
        initialized = false;
        pthread_rwlock_unlock(&lock);
    }
    return gate_leave(&call, rv, NULL, 0);
}

static ck_rv_t take_place(ck_slot_id_t slot, ck_session_handle_t real_handle, ck_session_handle_t *handle) {
    for (ck_session_handle_t i = 0; i < PLACES; i++) {
        if (sessions[i].handle == 0) {
            sessions[i] = (struct session){
                .handle = next_serial++ * PLACES + i, .real_handle = real_handle, .real_slot = slot};
            *handle = sessions[i].handle;
            set_total(SESSIONS_OPEN, ++open_now);
            return CKR_OK;
        }
    }
    real->C_CloseSession(real_handle);
    return CKR_SESSION_COUNT;
}

ck_rv_t faulty_C_OpenSession(ck_slot_id_t slot, ck_flags_t flags, void *application, ck_notify_t notify,
                             ck_session_handle_t *session) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_OpenSession, false);
    if (rv == CKR_OK && (rv = token_slot(&call, &slot)) == CKR_OK) {
        pthread_rwlock_wrlock(&lock);
        struct rule *limit = control_find(MAX_SESSIONS);
        ck_session_handle_t opened;
        if (limit != NULL && open_now >= limit->number) {
            gate_injected(&call);
            rv = CKR_SESSION_COUNT;
        } else if (absent) {
            rv = why_no_session(&call);
        } else if ((rv = real->C_OpenSession(slot, flags, application, notify, &opened)) == CKR_OK) {
            rv = take_place(slot, opened, session);
        }
        pthread_rwlock_unlock(&lock);
    }
    return gate_leave(&call, rv, NULL, 0);
}

ck_rv_t faulty_C_CloseSession(ck_session_handle_t handle) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_CloseSession, false);
    if (rv == CKR_OK) {
        pthread_rwlock_wrlock(&lock);
        struct session *session = session_of(handle);
        if (session == NULL) {
            rv = why_no_session(&call);
        } else if ((rv = real->C_CloseSession(session->real_handle)) == CKR_OK) {
            free_place(session);
        }
        pthread_rwlock_unlock(&lock);
    }
    return gate_leave(&call, rv, NULL, 0);
}

ck_rv_t faulty_C_CloseAllSessions(ck_slot_id_t slot) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_CloseAllSessions, false);
    if (rv == CKR_OK && (rv = token_slot(&call, &slot)) == CKR_OK) {
        pthread_rwlock_wrlock(&lock);
        rv = real->C_CloseAllSessions(slot);
        for (int i = 0; rv == CKR_OK && i < PLACES; i++) {
            if (sessions[i].handle != 0 && sessions[i].real_slot == slot) {
                free_place(&sessions[i]);
            }
        }
        pthread_rwlock_unlock(&lock);
    }
    return gate_leave(&call, rv, NULL, 0);
}

static bool judged_the_pin(ck_rv_t rv) {
    return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_EXPIRED
           || rv == CKR_PIN_LOCKED;
}

ck_rv_t faulty_C_Login(ck_session_handle_t session, ck_user_type_t user, unsigned char *pin, unsigned long pin_len) {
    struct call call;
    struct session *found;
    ck_rv_t rv = gate_enter(&call, FN_C_Login, false);
    if (rv == CKR_OK && (rv = token_hold(&call, &session, &found)) == CKR_OK) {
        rv = real->C_Login(session, user, pin, pin_len);
        if (rv == CKR_OK) {
            objects_logged_in();
        }
        token_release();
    }
    rv = gate_leave(&call, rv, NULL, 0);
    if (rv == CKR_OK || judged_the_pin(rv)) {
        count_total(rv == CKR_OK ? LOGINS : LOGINS_REFUSED, 1);
    }
    return rv;
}
