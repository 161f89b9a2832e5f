/* The functions that act in a session: handles translated, gate passed, call forwarded. */
#include "faulty.h"
#include <stdlib.h>
#include <string.h>

/* name(session, ...): code runs with the real handle in session and the session's record in found; query: the call asks for a length. */
#define IN_SESSION(name, params, query, out, out_len, code) \
    ck_rv_t faulty_##name params { \
        struct call call; \
        struct session *found; \
        ck_rv_t rv = gate_enter(&call, FN_##name, query); \
        if (rv == CKR_OK && (rv = token_hold(&call, &session, &found)) == CKR_OK) { \
            code; \
            token_release(); \
        } \
        return gate_leave(&call, rv, out, out_len); \
    }

#define PLAIN(name, params, args) IN_SESSION(name, params, false, NULL, 0, rv = real->name args)

#define BYTES unsigned char *
#define SIZE unsigned long
#define SESSION ck_session_handle_t session
#define TEMPLATE struct ck_attribute *templ, SIZE count
#define MECHANISM struct ck_mechanism *mechanism

PLAIN(C_InitPIN, (SESSION, BYTES pin, SIZE pin_len), (session, pin, pin_len))
PLAIN(C_SetPIN, (SESSION, BYTES old, SIZE old_len, BYTES new, SIZE new_len), (session, old, old_len, new, new_len))
PLAIN(C_Logout, (SESSION), (session))
PLAIN(C_FindObjectsInit, (SESSION, TEMPLATE), (session, templ, count))
PLAIN(C_FindObjectsFinal, (SESSION), (session))
PLAIN(C_DigestUpdate, (SESSION, BYTES part, SIZE part_len), (session, part, part_len))
PLAIN(C_SignUpdate, (SESSION, BYTES part, SIZE part_len), (session, part, part_len))
PLAIN(C_VerifyUpdate, (SESSION, BYTES part, SIZE part_len), (session, part, part_len))
PLAIN(C_VerifyFinal, (SESSION, BYTES signature, SIZE len), (session, signature, len))
PLAIN(C_SeedRandom, (SESSION, BYTES seed, SIZE seed_len), (session, seed, seed_len))
PLAIN(C_GetFunctionStatus, (SESSION), (session))
PLAIN(C_CancelFunction, (SESSION), (session))

IN_SESSION(C_GenerateRandom, (SESSION, BYTES out, SIZE len), false, out, len,
           rv = real->C_GenerateRandom(session, out, len))
IN_SESSION(C_GetSessionInfo, (SESSION, struct ck_session_info *info), false, NULL, 0, {
    rv = real->C_GetSessionInfo(session, info);
    if (rv == CKR_OK) {
        info->slot_id += token_slot_shift_held();
    }
})
IN_SESSION(C_GetOperationState, (SESSION, BYTES state, SIZE *len), state == NULL, NULL, 0,
           rv = real->C_GetOperationState(session, state, len))

static ck_rv_t optional_real(struct call *call, ck_object_handle_t *key) {
    return *key == 0 ? CKR_OK : object_real(call, key, CKR_KEY_HANDLE_INVALID);
}

IN_SESSION(C_SetOperationState,
           (SESSION, BYTES state, SIZE len, ck_object_handle_t encryption_key, ck_object_handle_t other_key), false, NULL, 0,
           if ((rv = optional_real(&call, &encryption_key)) == CKR_OK
               && (rv = optional_real(&call, &other_key)) == CKR_OK) {
               rv = real->C_SetOperationState(session, state, len, encryption_key, other_key);
           })

/* ---- objects ---- */
#define WITH_OBJECT(name, params, code) \
    IN_SESSION(name, params, false, NULL, 0, \
               if ((rv = object_real(&call, &object, CKR_OBJECT_HANDLE_INVALID)) == CKR_OK) { code; })
#define NEW_OBJECT(handle) \
    if (rv == CKR_OK) { \
        *handle = object_ours(*handle, found->real_slot); \
    }
#define OBJECT ck_object_handle_t object

WITH_OBJECT(C_GetObjectSize, (SESSION, OBJECT, SIZE *size), rv = real->C_GetObjectSize(session, object, size))
WITH_OBJECT(C_GetAttributeValue, (SESSION, OBJECT, TEMPLATE),
            rv = real->C_GetAttributeValue(session, object, templ, count))
WITH_OBJECT(C_SetAttributeValue, (SESSION, OBJECT, TEMPLATE),
            rv = real->C_SetAttributeValue(session, object, templ, count))
WITH_OBJECT(C_DestroyObject, (SESSION, OBJECT), {
    rv = real->C_DestroyObject(session, object);
    if (rv == CKR_OK) {
        objects_forget(object);
    }
})
WITH_OBJECT(C_CopyObject, (SESSION, OBJECT, TEMPLATE, ck_object_handle_t *copy), {
    rv = real->C_CopyObject(session, object, templ, count, copy);
    NEW_OBJECT(copy)
})
IN_SESSION(C_CreateObject, (SESSION, TEMPLATE, ck_object_handle_t *object), false, NULL, 0, {
    rv = real->C_CreateObject(session, templ, count, object);
    NEW_OBJECT(object)
})
IN_SESSION(C_FindObjects, (SESSION, ck_object_handle_t *objects, SIZE most, SIZE *number), false, NULL, 0, {
    rv = real->C_FindObjects(session, objects, most, number);
    for (SIZE i = 0; rv == CKR_OK && i < *number; i++) {
        objects[i] = object_ours(objects[i], found->real_slot);
    }
})

/* ---- keys ---- */
#define WITH_KEY(name, params, code) \
    IN_SESSION(name, params, false, NULL, 0, \
               if ((rv = object_real(&call, &key, CKR_KEY_HANDLE_INVALID)) == CKR_OK) { code; })
#define INIT(name, how) \
    WITH_KEY(name, (SESSION, MECHANISM, ck_object_handle_t key), { \
        rv = how; \
        found->keyed = rv == CKR_OK; \
        found->logged_out = false; \
    })

INIT(C_EncryptInit, iv_encrypt_init(found, mechanism, key))
INIT(C_DecryptInit, iv_decrypt_init(found, mechanism, key))
INIT(C_SignInit, real->C_SignInit(session, mechanism, key))
INIT(C_SignRecoverInit, real->C_SignRecoverInit(session, mechanism, key))
INIT(C_VerifyInit, real->C_VerifyInit(session, mechanism, key))
INIT(C_VerifyRecoverInit, real->C_VerifyRecoverInit(session, mechanism, key))
IN_SESSION(C_DigestInit, (SESSION, MECHANISM), false, NULL, 0, {
    rv = real->C_DigestInit(session, mechanism);
    found->keyed = false;
    found->logged_out = false;
})
WITH_KEY(C_DigestKey, (SESSION, ck_object_handle_t key), rv = real->C_DigestKey(session, key))
WITH_KEY(C_DeriveKey, (SESSION, MECHANISM, ck_object_handle_t key, TEMPLATE, ck_object_handle_t *derived), {
    rv = real->C_DeriveKey(session, mechanism, key, templ, count, derived);
    NEW_OBJECT(derived)
})
WITH_KEY(C_UnwrapKey,
         (SESSION, MECHANISM, ck_object_handle_t key, BYTES wrapped, SIZE wrapped_len, TEMPLATE,
          ck_object_handle_t *unwrapped), {
             rv = real->C_UnwrapKey(session, mechanism, key, wrapped, wrapped_len, templ, count, unwrapped);
             NEW_OBJECT(unwrapped)
         })
IN_SESSION(C_WrapKey,
           (SESSION, MECHANISM, ck_object_handle_t wrapping, ck_object_handle_t key, BYTES out, SIZE *out_len),
           out == NULL, out, *out_len,
           if ((rv = object_real(&call, &wrapping, CKR_WRAPPING_KEY_HANDLE_INVALID)) == CKR_OK
               && (rv = object_real(&call, &key, CKR_KEY_HANDLE_INVALID)) == CKR_OK) {
               rv = real->C_WrapKey(session, mechanism, wrapping, key, out, out_len);
           })
IN_SESSION(C_GenerateKey, (SESSION, MECHANISM, TEMPLATE, ck_object_handle_t *key), false, NULL, 0, {
    rv = real->C_GenerateKey(session, mechanism, templ, count, key);
    NEW_OBJECT(key)
})
IN_SESSION(C_GenerateKeyPair,
           (SESSION, MECHANISM, struct ck_attribute *public_templ, SIZE public_count, struct ck_attribute *private_templ,
            SIZE private_count, ck_object_handle_t *public_key, ck_object_handle_t *private_key),
           false, NULL, 0, {
               rv = real->C_GenerateKeyPair(session, mechanism, public_templ, public_count, private_templ, private_count,
                                            public_key, private_key);
               NEW_OBJECT(public_key)
               NEW_OBJECT(private_key)
           })

/* ---- data in, data out ---- */
typedef ck_rv_t (*transform)(struct session *session, BYTES in, SIZE in_len, BYTES out, SIZE *out_len);

/* The standard ends an operation with any failure of its last call, so a failure of ours must end the real one too. */
static void settle(transform step, struct session *session, BYTES in, SIZE in_len) {
    SIZE room = in_len + 4096;
    unsigned char *unread = malloc(room);
    step(session, in, in_len, unread, &room);
    free(unread);
}

static ck_rv_t told_of_a_bad_tag(struct call *call, ck_rv_t rv) {
    struct rule *rule = control_find(BAD_TAG);
    bool decrypts = call->function == FN_C_Decrypt || call->function == FN_C_DecryptFinal;
    bool refused = rv == CKR_GENERAL_ERROR || rv == CKR_ENCRYPTED_DATA_INVALID || rv == CKR_SIGNATURE_INVALID
                   || rv == 0x35 /* CKR_AEAD_DECRYPT_FAILED */;
    if (rule == NULL || !decrypts || !refused) {
        return rv;
    }
    gate_injected(call);
    return rule->code;
}

static ck_rv_t pass(enum function function, transform step, ck_session_handle_t session, BYTES in, SIZE in_len,
                    BYTES out, SIZE *out_len, bool last) {
    struct call call;
    struct session *found;
    ck_rv_t injected = gate_enter(&call, function, out == NULL);
    ck_rv_t rv = token_hold(&call, &session, &found);
    if (rv == CKR_OK) {
        if (injected == CKR_OK && found->logged_out) {
            gate_injected(&call);
            injected = CKR_USER_NOT_LOGGED_IN;
        }
        if (injected == CKR_OK) {
            rv = told_of_a_bad_tag(&call, step(found, in, in_len, out, out_len));
        } else if (last) {
            settle(step, found, in, in_len);
        }
        token_release();
    }
    return gate_leave(&call, injected != CKR_OK ? injected : rv, out, rv == CKR_OK ? *out_len : 0);
}

#define STEP(name) \
    static ck_rv_t real_##name(struct session *session, BYTES in, SIZE in_len, BYTES out, SIZE *out_len) { \
        return real->name(session->real_handle, in, in_len, out, out_len); \
    }
#define ENTRY(name, step, last) \
    ck_rv_t faulty_##name(SESSION, BYTES in, SIZE in_len, BYTES out, SIZE *out_len) { \
        return pass(FN_##name, step, session, in, in_len, out, out_len, last); \
    }
#define TRANSFORM(name, last) STEP(name) ENTRY(name, real_##name, last)
#define FINAL(name) \
    static ck_rv_t real_##name(struct session *session, BYTES in, SIZE in_len, BYTES out, SIZE *out_len) { \
        (void) in, (void) in_len; \
        return real->name(session->real_handle, out, out_len); \
    } \
    ck_rv_t faulty_##name(SESSION, BYTES out, SIZE *out_len) { \
        return pass(FN_##name, real_##name, session, NULL, 0, out, out_len, true); \
    }

ENTRY(C_Encrypt, iv_encrypt, true)
ENTRY(C_Decrypt, iv_decrypt, true)
TRANSFORM(C_Digest, true)
TRANSFORM(C_Sign, true)
TRANSFORM(C_SignRecover, true)
TRANSFORM(C_VerifyRecover, true)
TRANSFORM(C_EncryptUpdate, false)
TRANSFORM(C_DecryptUpdate, false)
TRANSFORM(C_DigestEncryptUpdate, false)
TRANSFORM(C_DecryptDigestUpdate, false)
TRANSFORM(C_SignEncryptUpdate, false)
TRANSFORM(C_DecryptVerifyUpdate, false)
FINAL(C_EncryptFinal)
FINAL(C_DecryptFinal)
FINAL(C_DigestFinal)
FINAL(C_SignFinal)

IN_SESSION(C_Verify, (SESSION, BYTES data, SIZE data_len, BYTES signature, SIZE signature_len), false, NULL, 0,
           rv = real->C_Verify(session, data, data_len, signature, signature_len))
