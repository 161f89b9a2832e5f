/* What every call passes: counting, latency, hangs, crashes and return codes. No lock of ours is held while a call waits here. */
#include "faulty.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

enum { LOOK_EVERY_NS = 1000000, WAKING_NS = 50000 };

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The kernel lets a sleep last up to 50 us longer to save wake-ups; half a millisecond of latency wants better. */
static void sleep_until(int64_t deadline_ns) {
    static _Thread_local bool exact;
    if (!exact) {
        prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
        exact = true;
    }
    struct timespec deadline = {deadline_ns / 1000000000, deadline_ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) != 0) {
        /* A signal: sleep on. */
    }
}

/* Waking takes a virtual machine some 50 us: begin that much early, and spin for what is left of it. */
static void last_until(int64_t deadline_ns) {
    if (deadline_ns - now_ns() > WAKING_NS) {
        sleep_until(deadline_ns - WAKING_NS);
    }
    while (now_ns() < deadline_ns) {
        /* Spin. */
    }
}

static long jitter(const struct rule *rule) {
    static _Thread_local unsigned seed;
    if (seed == 0) {
        seed = (unsigned) now_ns() | 1;
    }
    return rule->jitter_ns == 0 ? 0 : (long) (rand_r(&seed) / (RAND_MAX + 1.0) * (double) rule->jitter_ns);
}

static void hang(const struct rule *rule) {
    count_total(HANGING, 1);
    while (rule->kind == HANG_FOREVER || !rule->gone) {
        sleep_until(now_ns() + LOOK_EVERY_NS);
        control_now();
    }
    count_total(HANGING, -1);
}

void gate_injected(struct call *call) {
    if (!call->injected) {
        call->injected = true;
        count(call->function, INJECTED);
    }
}

/* "*" means calls that an HSM would answer, not those of the library's own life. */
static bool meant(const struct rule *rule, enum function function) {
    bool life = function == FN_C_Initialize || function == FN_C_Finalize || function == FN_C_GetFunctionList;
    return rule->function == (int) function || (rule->function == FN_ANY && !life);
}

static void meet(struct rule *rule, struct call *call, ck_rv_t *instead, int64_t *slept_ns) {
    if (rule->kind > CORRUPT || !meant(rule, call->function) || !rule_fires(rule)) {
        return;
    }
    if (rule->kind == LATENCY) {
        *slept_ns += rule->ns + jitter(rule);
        return;
    }
    gate_injected(call);
    switch (rule->kind) {
        case HANG:
        case HANG_FOREVER: hang(rule); break;
        case CRASH: raise(SIGSEGV); break;
        case FAIL: *instead = *instead == CKR_OK ? rule->code : *instead; break;
        case FAIL_LATE: call->late = rule->code; break;
        default: call->corrupt = true;
    }
}

ck_rv_t gate_enter(struct call *call, enum function function, bool query) {
    int64_t start = now_ns();
    *call = (struct call){.function = function, .query = query, .late = CKR_OK};
    struct control *control = control_now();
    if (query) {
        count(function, QUERIES);
        return CKR_OK;
    }
    count(function, CALLS);
    ck_rv_t instead = CKR_OK;
    int64_t latency = 0;
    for (size_t i = 0; i < control->count; i++) {
        meet(control->rules[i], call, &instead, &latency);
    }
    if (latency != 0) {
        count(function, DELAYED);
        call->not_before_ns = start + latency;
    }
    return instead;
}

ck_rv_t gate_leave(struct call *call, ck_rv_t rv, unsigned char *out, unsigned long out_len) {
    if (call->corrupt && rv == CKR_OK && out != NULL && out_len > 0) {
        out[0] ^= 1;
    }
    if (call->not_before_ns != 0) {
        last_until(call->not_before_ns);
    }
    return call->late != CKR_OK ? call->late : rv;
}
