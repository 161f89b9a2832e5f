/* Who makes the IV of AES-GCM, where it is not the caller. Single-part encryption only. */
#include "faulty.h"
#include <string.h>
#include <sys/random.h>

enum { LUNA_IV = 16, AWS_IV = 12 };

static bool all_zero(const unsigned char *bytes, unsigned long length) {
    unsigned char any = 0;
    for (unsigned long i = 0; i < length; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

static void draw(unsigned char *iv, size_t length) {
    while (getrandom(iv, length, 0) != (ssize_t) length) {
        /* A signal: draw again. */
    }
}

static bool is_gcm(const struct ck_mechanism *mechanism, ck_mechanism_type_t type) {
    return mechanism != NULL && mechanism->mechanism == type && mechanism->parameter != NULL
           && mechanism->parameter_len == sizeof(struct ck_gcm_params);
}

static bool in_force(enum iv iv) {
    struct rule *rule = control_find(IV);
    return rule != NULL && rule->number == (long) iv;
}

bool iv_offers(ck_mechanism_type_t type) {
    return type == CKM_CLOUDHSM_AES_GCM && in_force(IV_MODULE_PREPENDED);
}

/* The module draws the IV and keeps it for its output; a caller that gives one is refused. */
static ck_rv_t kept(struct session *session, struct ck_gcm_params *params, enum iv iv, unsigned long length) {
    if (params->iv_ptr != NULL && params->iv_len != 0) {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    draw(session->iv_bytes, length);
    params->iv_ptr = session->iv_bytes;
    params->iv_len = length;
    params->iv_bits = length * 8;
    session->iv = iv;
    return CKR_OK;
}

static ck_rv_t in_place(struct ck_gcm_params *params) {
    if (params->iv_ptr == NULL || params->iv_len != AWS_IV || !all_zero(params->iv_ptr, AWS_IV)) {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    draw(params->iv_ptr, AWS_IV);
    params->iv_bits = AWS_IV * 8;
    return CKR_OK;
}

ck_rv_t iv_encrypt_init(struct session *session, struct ck_mechanism *mechanism, ck_object_handle_t key) {
    session->iv = IV_CALLER;
    bool prepends = is_gcm(mechanism, CKM_CLOUDHSM_AES_GCM) && in_force(IV_MODULE_PREPENDED);
    bool appends = is_gcm(mechanism, CKM_AES_GCM) && in_force(IV_MODULE_APPENDED);
    bool writes = is_gcm(mechanism, CKM_AES_GCM) && in_force(IV_MODULE_IN_PLACE);
    if (!prepends && !appends && !writes) {
        return real->C_EncryptInit(session->real_handle, mechanism, key);
    }
    struct ck_gcm_params params = *(struct ck_gcm_params *) mechanism->parameter;
    ck_rv_t rv = prepends  ? kept(session, &params, IV_MODULE_PREPENDED, AWS_IV)
                 : appends ? kept(session, &params, IV_MODULE_APPENDED, LUNA_IV)
                           : in_place(&params);
    count(FN_C_EncryptInit, INJECTED);
    if (rv != CKR_OK) {
        return rv;
    }
    struct ck_mechanism ours = {CKM_AES_GCM, &params, sizeof params};
    return real->C_EncryptInit(session->real_handle, &ours, key);
}

ck_rv_t iv_encrypt(struct session *session, unsigned char *data, unsigned long data_len, unsigned char *out,
                   unsigned long *out_len) {
    if (session->iv == IV_CALLER) {
        return real->C_Encrypt(session->real_handle, data, data_len, out, out_len);
    }
    unsigned long iv_len = session->iv == IV_MODULE_APPENDED ? LUNA_IV : AWS_IV;
    unsigned long box = 0;
    ck_rv_t rv = real->C_Encrypt(session->real_handle, data, data_len, NULL, &box);
    if (rv != CKR_OK) {
        return rv;
    }
    if (out == NULL || *out_len < box + iv_len) {
        *out_len = box + iv_len;
        return out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
    }
    bool appends = session->iv == IV_MODULE_APPENDED;
    rv = real->C_Encrypt(session->real_handle, data, data_len, appends ? out : out + iv_len, &box);
    if (rv == CKR_OK) {
        memcpy(appends ? out + box : out, session->iv_bytes, iv_len);
        *out_len = box + iv_len;
    }
    session->iv = IV_CALLER;
    return rv;
}

/* The IV comes with the ciphertext, so the real operation can only begin then. */
ck_rv_t iv_decrypt_init(struct session *session, struct ck_mechanism *mechanism, ck_object_handle_t key) {
    session->real_key = 0;
    if (!is_gcm(mechanism, CKM_CLOUDHSM_AES_GCM) || !in_force(IV_MODULE_PREPENDED)) {
        return real->C_DecryptInit(session->real_handle, mechanism, key);
    }
    struct ck_gcm_params *params = mechanism->parameter;
    count(FN_C_DecryptInit, INJECTED);
    if ((params->iv_ptr != NULL && params->iv_len != 0) || params->aad_len > sizeof session->aad) {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    session->later = *params;
    if (params->aad_len > 0) {
        memcpy(session->aad, params->aad_ptr, params->aad_len);
    }
    session->later.aad_ptr = session->aad;
    session->real_key = key;
    return CKR_OK;
}

ck_rv_t iv_decrypt(struct session *session, unsigned char *box, unsigned long box_len, unsigned char *out,
                   unsigned long *out_len) {
    if (session->real_key == 0) {
        return real->C_Decrypt(session->real_handle, box, box_len, out, out_len);
    }
    unsigned long overhead = AWS_IV + session->later.tag_bits / 8;
    unsigned long plain = box_len < overhead ? 0 : box_len - overhead;
    if (out == NULL || *out_len < plain) {
        *out_len = plain;
        return out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
    }
    ck_object_handle_t key = session->real_key;
    session->real_key = 0;
    if (box_len < overhead) {
        return CKR_ENCRYPTED_DATA_LEN_RANGE;
    }
    session->later.iv_ptr = box;
    session->later.iv_len = AWS_IV;
    session->later.iv_bits = AWS_IV * 8;
    struct ck_mechanism ours = {CKM_AES_GCM, &session->later, sizeof session->later};
    ck_rv_t rv = real->C_DecryptInit(session->real_handle, &ours, key);
    return rv != CKR_OK ? rv
                        : real->C_Decrypt(session->real_handle, box + AWS_IV, box_len - AWS_IV, out, out_len);
}
