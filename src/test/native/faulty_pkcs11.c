/* A PKCS#11 module that forwards to a real one and misbehaves on request, to prove that Kekkai recovers without a restart.
 *
 * CONFIGURATION: three keys, in the environment or as KEY=value lines in "<path of this .so>.conf" (which wins, key by key):
 *   KEKKAI_FAULTY_MODULE    the real module
 *   KEKKAI_FAULTY_CONTROL   the control file; none: no faults
 *   KEKKAI_FAULTY_COUNTERS  the counter file (counters.c has its format); none: nobody reads them
 * Any other KEY=value line of the .conf is in the environment while the real module's C_Initialize runs (SOFTHSM2_CONF, for one).
 * Two instances in one process need two copies of this file. One process at a time writes a counter file.
 *
 * CONTROL FILE: one fault a line; "#" begins a comment line. It is looked at (inode, size, mtime) at each call and every millisecond of
 * a hang. Replace it by rename, with a fresh mtime. A line that stays keeps its count of calls; id=TEXT makes a line another line. A line
 * that is not understood is reported on stderr and counted (control-errors).
 *
 *   latency FUNCTION DURATION [jitter=DURATION]   the call lasts at least so long (us, ms, s), its real work included
 *   fail FUNCTION CODE                            answers the code; nothing is done, but an operation under way ends if the call would
 *                                                 have ended it (C_Verify and C_VerifyFinal do not end it)
 *   fail-late FUNCTION CODE                       does the work, then answers the code
 *   hang FUNCTION                                 waits until the line is gone, then goes on as if nothing had been
 *   hang-forever FUNCTION                         waits until the process ends
 *   crash FUNCTION                                SIGSEGV
 *   corrupt FUNCTION                              flips the lowest bit of the output's first byte (C_Decrypt, C_Encrypt, C_Sign ...)
 *     FUNCTION: the standard's name, or * for all but C_Initialize, C_Finalize and C_GetFunctionList
 *     with each of these: [after=N] N calls pass first; [times=N] so many calls are met, without it all of them
 *   max-sessions N                                C_OpenSession answers CKR_SESSION_COUNT while N are open
 *   bad-tag CODE                                  a decryption that the real module refuses as not authentic answers the code
 *   iv module-appended                            CKM_AES_GCM as a Luna in FIPS mode: no IV given (another is CKR_MECHANISM_PARAM_INVALID),
 *                                                 16 random bytes are taken and follow ciphertext and tag
 *   iv module-in-place                            CKM_AES_GCM as AWS CloudHSM: 12 zero bytes given (else CKR_MECHANISM_PARAM_INVALID), into
 *                                                 which C_EncryptInit writes the random IV
 *   iv module-prepended                           CKM_CLOUDHSM_AES_GCM (0x80001087) is offered: pIv NULL both ways, 12 bytes of IV before
 *                                                 the ciphertext; at most 256 bytes of associated data
 *   token-absent [code=CODE] [new-slot] [until-initialize]
 *                                                 the token is gone: no slot has one, sessions are closed, calls in a session answer
 *                                                 CKR_DEVICE_REMOVED or the code, C_OpenSession CKR_TOKEN_NOT_PRESENT. When the line
 *                                                 goes it is back, logged out; new-slot: in another slot id; until-initialize: only
 *                                                 after the next C_Initialize
 *   drop-sessions id=TEXT                         once: every session is closed, and with them the login. Handles of before answer
 *                                                 CKR_SESSION_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID
 *   drop-login id=TEXT                            once: the user is logged out. Private objects answer CKR_USER_NOT_LOGGED_IN, and
 *                                                 after the next login their old handles are invalid (PKCS#11 2.40, C_Logout)
 * Actions and absence take effect at the next call of any function, before it does anything.
 *
 * A call that only asks for the length of its output (NULL buffer) is counted as a query and meets no fault of a FUNCTION line. */
#define _GNU_SOURCE
#include "faulty.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

struct ck_function_list *real;

#define MEMBER(name) .name = faulty_##name,
static struct ck_function_list ours = {.version = {2, 40}, FUNCTIONS(MEMBER)};

static void open_real(void) {
    Dl_info self;
    if (dladdr((void *) &open_real, &self) != 0) {
        char conf[4096];
        snprintf(conf, sizeof conf, "%s.conf", self.dli_fname);
        configuration_read(conf);
        /* A thread may hang in here for ever: never unload the code under it. */
        dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    }
    counters_open(configured("KEKKAI_FAULTY_COUNTERS"));
    control_open(configured("KEKKAI_FAULTY_CONTROL"));
    const char *path = configured("KEKKAI_FAULTY_MODULE");
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList get = library == NULL ? NULL : (CK_C_GetFunctionList) dlsym(library, "C_GetFunctionList");
    if (get == NULL || get(&real) != CKR_OK) {
        real = NULL;
        fprintf(stderr, "faulty_pkcs11: no real module: KEKKAI_FAULTY_MODULE is %s\n", path == NULL ? "not set" : path);
    }
}

ck_rv_t faulty_C_GetFunctionList(struct ck_function_list **list) {
    static pthread_once_t opened = PTHREAD_ONCE_INIT;
    pthread_once(&opened, open_real);
    if (real == NULL) {
        return CKR_GENERAL_ERROR;
    }
    if (list == NULL) {
        return CKR_ARGUMENTS_BAD;
    }
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_GetFunctionList, false);
    *list = &ours;
    return gate_leave(&call, rv, NULL, 0);
}

__attribute__((visibility("default"))) ck_rv_t C_GetFunctionList(struct ck_function_list **list) {
    return faulty_C_GetFunctionList(list);
}

/* ---- slots ---- */
ck_rv_t faulty_C_GetInfo(struct ck_info *info) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_GetInfo, false);
    return gate_leave(&call, rv == CKR_OK ? real->C_GetInfo(info) : rv, NULL, 0);
}

ck_rv_t faulty_C_GetSlotList(unsigned char token_present, ck_slot_id_t *slots, unsigned long *slot_count) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_GetSlotList, slots == NULL);
    if (rv == CKR_OK && token_present && token_absent()) {
        gate_injected(&call);
        *slot_count = 0;
    } else if (rv == CKR_OK) {
        rv = real->C_GetSlotList(token_present, slots, slot_count);
        for (unsigned long i = 0; rv == CKR_OK && slots != NULL && i < *slot_count; i++) {
            slots[i] += token_slot_shift();
        }
    }
    return gate_leave(&call, rv, NULL, 0);
}

ck_rv_t faulty_C_GetSlotInfo(ck_slot_id_t slot, struct ck_slot_info *info) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_GetSlotInfo, false);
    if (rv == CKR_OK) {
        ck_rv_t presence = token_slot(&call, &slot);
        rv = presence == CKR_SLOT_ID_INVALID ? presence : real->C_GetSlotInfo(slot, info);
        if (rv == CKR_OK && presence != CKR_OK) {
            info->flags &= ~CKF_TOKEN_PRESENT;
        }
    }
    return gate_leave(&call, rv, NULL, 0);
}

ck_rv_t faulty_C_WaitForSlotEvent(ck_flags_t flags, ck_slot_id_t *slot, void *reserved) {
    struct call call;
    ck_rv_t rv = gate_enter(&call, FN_C_WaitForSlotEvent, false);
    if (rv == CKR_OK && (rv = real->C_WaitForSlotEvent(flags, slot, reserved)) == CKR_OK) {
        *slot += token_slot_shift();
    }
    return gate_leave(&call, rv, NULL, 0);
}

static ck_rv_t list_with_vendors(ck_slot_id_t slot, ck_mechanism_type_t *list, unsigned long *length) {
    unsigned long room = *length;
    ck_rv_t rv = real->C_GetMechanismList(slot, list, length);
    if (rv == CKR_OK && iv_offers(CKM_CLOUDHSM_AES_GCM)) {
        *length += 1;
        if (list != NULL && *length > room) {
            return CKR_BUFFER_TOO_SMALL;
        }
        if (list != NULL) {
            list[*length - 1] = CKM_CLOUDHSM_AES_GCM;
        }
    }
    return rv;
}

#define OF_TOKEN(name, params, query, how, args) \
    ck_rv_t faulty_##name params { \
        struct call call; \
        ck_rv_t rv = gate_enter(&call, FN_##name, query); \
        if (rv == CKR_OK && (rv = token_slot(&call, &slot)) == CKR_OK) { \
            rv = how args; \
        } \
        return gate_leave(&call, rv, NULL, 0); \
    }

OF_TOKEN(C_GetTokenInfo, (ck_slot_id_t slot, struct ck_token_info *info), false, real->C_GetTokenInfo, (slot, info))
OF_TOKEN(C_GetMechanismList, (ck_slot_id_t slot, ck_mechanism_type_t *list, unsigned long *length), list == NULL,
         list_with_vendors, (slot, list, length))
OF_TOKEN(C_GetMechanismInfo, (ck_slot_id_t slot, ck_mechanism_type_t type, struct ck_mechanism_info *info), false,
         real->C_GetMechanismInfo, (slot, iv_offers(type) ? CKM_AES_GCM : type, info))
OF_TOKEN(C_InitToken, (ck_slot_id_t slot, unsigned char *pin, unsigned long pin_len, unsigned char *label), false,
         real->C_InitToken, (slot, pin, pin_len, label))
