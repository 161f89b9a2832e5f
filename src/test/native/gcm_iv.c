/* Who makes the IV of CKM_AES_GCM, where it is not the caller. Single-part encryption only. */
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

static ck_rv_t appended(struct session *session, struct ck_gcm_params *params) {
    if (params->iv_ptr != NULL && params->iv_len != 0) {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    draw(session->iv_bytes, LUNA_IV);
    params->iv_ptr = session->iv_bytes;
    params->iv_len = LUNA_IV;
    params->iv_bits = LUNA_IV * 8;
    session->iv = IV_MODULE_APPENDED;
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
    struct rule *rule = control_find(IV);
    session->iv = IV_CALLER;
    if (rule == NULL || mechanism == NULL || mechanism->mechanism != CKM_AES_GCM
        || mechanism->parameter_len != sizeof(struct ck_gcm_params)) {
        return real->C_EncryptInit(session->real_handle, mechanism, key);
    }
    struct ck_gcm_params params = *(struct ck_gcm_params *) mechanism->parameter;
    ck_rv_t rv = rule->number == IV_MODULE_APPENDED ? appended(session, &params) : in_place(&params);
    count(FN_C_EncryptInit, INJECTED);
    if (rv != CKR_OK) {
        return rv;
    }
    struct ck_mechanism ours = {mechanism->mechanism, &params, sizeof params};
    return real->C_EncryptInit(session->real_handle, &ours, key);
}

ck_rv_t iv_encrypt(struct session *session, unsigned char *data, unsigned long data_len, unsigned char *out,
                   unsigned long *out_len) {
    if (session->iv != IV_MODULE_APPENDED) {
        return real->C_Encrypt(session->real_handle, data, data_len, out, out_len);
    }
    unsigned long box = 0;
    ck_rv_t rv = real->C_Encrypt(session->real_handle, data, data_len, NULL, &box);
    if (rv != CKR_OK) {
        return rv;
    }
    if (out == NULL || *out_len < box + LUNA_IV) {
        *out_len = box + LUNA_IV;
        return out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
    }
    rv = real->C_Encrypt(session->real_handle, data, data_len, out, &box);
    if (rv == CKR_OK) {
        memcpy(out + box, session->iv_bytes, LUNA_IV);
        *out_len = box + LUNA_IV;
        session->iv = IV_CALLER;
    }
    return rv;
}
