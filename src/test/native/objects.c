/* Object handles of ours. A handle of before a drop is one that nobody knows any more, and no number is given out twice. */
#include "faulty.h"
#include <pthread.h>
#include <stdlib.h>

enum { BUCKETS = 1024 };

struct object {
    ck_object_handle_t handle, real_handle;
    ck_slot_id_t real_slot;
    bool logged_out; /* private, and the login that it was found under was dropped */
    struct object *next_by_handle, *next_by_real;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct object *by_handle[BUCKETS], *by_real[BUCKETS];
static ck_object_handle_t next_handle = 0x20000000;
static bool login_dropped;

static struct object *find(ck_object_handle_t handle) {
    struct object *object = by_handle[handle % BUCKETS];
    while (object != NULL && object->handle != handle) {
        object = object->next_by_handle;
    }
    return object;
}

ck_rv_t object_real(struct call *call, ck_object_handle_t *handle, ck_rv_t invalid) {
    ck_rv_t rv = CKR_OK;
    pthread_mutex_lock(&mutex);
    struct object *object = find(*handle);
    if (object == NULL || (object->logged_out && !login_dropped)) {
        count_total(STALE_OBJECTS, 1);
        rv = invalid;
    } else if (object->logged_out) {
        gate_injected(call);
        rv = CKR_USER_NOT_LOGGED_IN;
    } else {
        *handle = object->real_handle;
    }
    pthread_mutex_unlock(&mutex);
    return rv;
}

ck_object_handle_t object_ours(ck_object_handle_t real_handle, ck_slot_id_t real_slot) {
    pthread_mutex_lock(&mutex);
    struct object *object = by_real[real_handle % BUCKETS];
    while (object != NULL && (object->real_handle != real_handle || object->logged_out)) {
        object = object->next_by_real;
    }
    if (object == NULL) {
        object = malloc(sizeof *object);
        *object = (struct object){next_handle++, real_handle, real_slot, false, NULL, by_real[real_handle % BUCKETS]};
        by_real[real_handle % BUCKETS] = object;
        object->next_by_handle = by_handle[object->handle % BUCKETS];
        by_handle[object->handle % BUCKETS] = object;
    }
    ck_object_handle_t handle = object->handle;
    pthread_mutex_unlock(&mutex);
    return handle;
}

static void take_out(struct object *object) {
    struct object **place = &by_handle[object->handle % BUCKETS];
    while (*place != object) {
        place = &(*place)->next_by_handle;
    }
    *place = object->next_by_handle;
    place = &by_real[object->real_handle % BUCKETS];
    while (*place != object) {
        place = &(*place)->next_by_real;
    }
    *place = object->next_by_real;
    free(object);
}

void objects_forget(ck_object_handle_t real_handle) {
    pthread_mutex_lock(&mutex);
    struct object *object = by_real[real_handle % BUCKETS];
    while (object != NULL && (object->real_handle != real_handle || object->logged_out)) {
        object = object->next_by_real;
    }
    if (object != NULL) {
        take_out(object);
    }
    pthread_mutex_unlock(&mutex);
}

void objects_forget_all(void) {
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < BUCKETS; i++) {
        while (by_handle[i] != NULL) {
            take_out(by_handle[i]);
        }
    }
    login_dropped = false;
    pthread_mutex_unlock(&mutex);
}

void objects_log_out(ck_slot_id_t real_slot, ck_session_handle_t real_session) {
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < BUCKETS; i++) {
        for (struct object *object = by_handle[i]; object != NULL; object = object->next_by_handle) {
            unsigned char is_private = 0;
            struct ck_attribute asked = {CKA_PRIVATE, &is_private, sizeof is_private};
            if (object->real_slot == real_slot && !object->logged_out
                && real->C_GetAttributeValue(real_session, object->real_handle, &asked, 1) == CKR_OK) {
                object->logged_out = is_private != 0;
            }
        }
    }
    login_dropped = true;
    pthread_mutex_unlock(&mutex);
}

void objects_logged_in(void) {
    pthread_mutex_lock(&mutex);
    login_dropped = false;
    pthread_mutex_unlock(&mutex);
}
