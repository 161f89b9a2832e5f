/* What the rooms of the fault-injecting module share. faulty_pkcs11.c says what it is for and documents the control language. */
#ifndef KEKKAI_FAULTY_H
#define KEKKAI_FAULTY_H

#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every member of CK_FUNCTION_LIST, PKCS#11 2.40. */
#define FUNCTIONS(X) \
    X(C_Initialize) X(C_Finalize) X(C_GetInfo) X(C_GetFunctionList) X(C_GetSlotList) X(C_GetSlotInfo) \
    X(C_GetTokenInfo) X(C_GetMechanismList) X(C_GetMechanismInfo) X(C_InitToken) X(C_InitPIN) X(C_SetPIN) \
    X(C_OpenSession) X(C_CloseSession) X(C_CloseAllSessions) X(C_GetSessionInfo) X(C_GetOperationState) \
    X(C_SetOperationState) X(C_Login) X(C_Logout) X(C_CreateObject) X(C_CopyObject) X(C_DestroyObject) \
    X(C_GetObjectSize) X(C_GetAttributeValue) X(C_SetAttributeValue) X(C_FindObjectsInit) X(C_FindObjects) \
    X(C_FindObjectsFinal) X(C_EncryptInit) X(C_Encrypt) X(C_EncryptUpdate) X(C_EncryptFinal) X(C_DecryptInit) \
    X(C_Decrypt) X(C_DecryptUpdate) X(C_DecryptFinal) X(C_DigestInit) X(C_Digest) X(C_DigestUpdate) \
    X(C_DigestKey) X(C_DigestFinal) X(C_SignInit) X(C_Sign) X(C_SignUpdate) X(C_SignFinal) \
    X(C_SignRecoverInit) X(C_SignRecover) X(C_VerifyInit) X(C_Verify) X(C_VerifyUpdate) X(C_VerifyFinal) \
    X(C_VerifyRecoverInit) X(C_VerifyRecover) X(C_DigestEncryptUpdate) X(C_DecryptDigestUpdate) \
    X(C_SignEncryptUpdate) X(C_DecryptVerifyUpdate) X(C_GenerateKey) X(C_GenerateKeyPair) X(C_WrapKey) \
    X(C_UnwrapKey) X(C_DeriveKey) X(C_SeedRandom) X(C_GenerateRandom) X(C_GetFunctionStatus) \
    X(C_CancelFunction) X(C_WaitForSlotEvent)

#define ENUM_MEMBER(name) FN_##name,
enum function { FUNCTIONS(ENUM_MEMBER) FUNCTION_COUNT, FN_ANY = FUNCTION_COUNT };
#define DECLARE_OURS(name) extern __typeof__(*(CK_##name) 0) faulty_##name;
FUNCTIONS(DECLARE_OURS)

/* The real module; set before any other function of ours can be called. */
extern struct ck_function_list *real;

/* ---- configuration.c ---- */
void configuration_read(const char *path);
const char *configured(const char *key); /* from the file read, or else the environment; NULL if in neither */
void environment_of_real_module(bool inside); /* sets what it wants, or puts back what was before */

/* ---- names.c ---- */
int function_by_name(const char *name); /* FN_ANY for "*", -1 if there is no such */
bool code_by_name(const char *name, ck_rv_t *code); /* a CKR_ name, or a number as strtoul reads it */
extern const char *const function_names[FUNCTION_COUNT];

/* ---- counters.c ---- */
enum total {
    HANGING, SESSIONS_OPEN, LOGINS, LOGINS_REFUSED, SESSION_DROPS, LOGIN_DROPS, TOKEN_REMOVALS, STALE_SESSIONS,
    STALE_OBJECTS, CONTROL_ERRORS, TOTAL_COUNT
};
enum column { CALLS, INJECTED, DELAYED, QUERIES, COLUMN_COUNT };
void counters_open(const char *path); /* NULL: counted, but for nobody */
void count(enum function fn, enum column column);
void count_total(enum total total, long difference);
void set_total(enum total total, long value);

/* ---- control.c ---- */
enum kind {
    LATENCY, FAIL, FAIL_LATE, HANG, HANG_FOREVER, CRASH, CORRUPT, MAX_SESSIONS, IV, BAD_TAG, TOKEN_ABSENT,
    DROP_SESSIONS, DROP_LOGIN
};
enum iv { IV_CALLER, IV_MODULE_APPENDED, IV_MODULE_IN_PLACE, IV_MODULE_PREPENDED };
#define CKM_CLOUDHSM_AES_GCM (CKM_VENDOR_DEFINED | CKM_AES_GCM)
/* A line of the control file. Never freed: a call that hangs may look at it long after the line has gone. */
struct rule {
    char *line;
    enum kind kind;
    int function; /* FN_ANY for every one */
    ck_rv_t code;
    long ns, jitter_ns;
    long number; /* of sessions; an enum iv */
    long after, times; /* times < 0: forever */
    bool new_slot, until_initialize;
    atomic_long seen;
    atomic_bool gone; /* its line is no longer in the file */
    atomic_bool done; /* an action: performed */
};
struct control {
    size_t count;
    struct rule *rules[];
};
void control_open(const char *path);
struct control *control_now(void); /* reads the file again if it changed, and performs its actions before it returns */
struct rule *control_find(enum kind kind); /* the last rule of this kind in force, or NULL */
bool rule_fires(struct rule *rule); /* counts a call of the rule's function */

/* ---- gate.c: what happens before and after each call ---- */
struct call {
    enum function function;
    bool query, corrupt;
    bool injected; /* counted as such, once however many faults it meets */
    ck_rv_t late;
    int64_t not_before_ns; /* CLOCK_MONOTONIC; 0: no latency */
};
/* CKR_OK, or the code that the caller gets instead of the real call. query: only the length of the output is asked. */
ck_rv_t gate_enter(struct call *call, enum function function, bool query);
void gate_injected(struct call *call); /* counts the call as one that met a fault */
ck_rv_t gate_leave(struct call *call, ck_rv_t rv, unsigned char *out, unsigned long out_len);

/* ---- token.c: sessions, login, and presence of the token ---- */
struct session {
    ck_session_handle_t handle, real_handle; /* handle 0: a free place */
    ck_slot_id_t real_slot;
    bool keyed, logged_out; /* the operation under way uses a key; its login was dropped */
    enum iv iv; /* of the encryption under way */
    unsigned char iv_bytes[16];
    ck_object_handle_t real_key; /* of a decryption whose IV comes with the ciphertext */
    struct ck_gcm_params later;
    unsigned char aad[256];
};
/* Finds a session, replaces the handle by the real one, and keeps drops and closes away until token_release(). */
ck_rv_t token_hold(struct call *call, ck_session_handle_t *handle, struct session **session);
void token_release(void);
void token_follow_control(struct control *control); /* performs actions, removes the token or puts it back */
ck_rv_t token_slot(struct call *call, ck_slot_id_t *slot); /* to the real id; CKR_TOKEN_NOT_PRESENT if absent */
bool token_absent(void);
ck_slot_id_t token_slot_shift(void);
ck_slot_id_t token_slot_shift_held(void); /* between token_hold() and token_release() */

/* ---- objects.c: object handles of ours, each of one generation ---- */
/* The real handle, or: invalid (never given out, or before a drop), CKR_USER_NOT_LOGGED_IN (private, login dropped). */
ck_rv_t object_real(struct call *call, ck_object_handle_t *handle, ck_rv_t invalid);
ck_object_handle_t object_ours(ck_object_handle_t real_handle, ck_slot_id_t real_slot);
void objects_forget_all(void);
void objects_forget(ck_object_handle_t real_handle);
void objects_log_out(ck_slot_id_t real_slot, ck_session_handle_t real_session);
void objects_logged_in(void);

/* ---- gcm_iv.c: vendors' ways with the IV of AES-GCM ---- */
bool iv_offers(ck_mechanism_type_t type); /* a mechanism that the real module may not have */
ck_rv_t iv_decrypt_init(struct session *session, struct ck_mechanism *mechanism, ck_object_handle_t key);
ck_rv_t iv_decrypt(struct session *session, unsigned char *box, unsigned long box_len, unsigned char *out,
                   unsigned long *out_len);
ck_rv_t iv_encrypt_init(struct session *session, struct ck_mechanism *mechanism, ck_object_handle_t key);
ck_rv_t iv_encrypt(struct session *session, unsigned char *data, unsigned long data_len, unsigned char *out,
                   unsigned long *out_len);

#endif
