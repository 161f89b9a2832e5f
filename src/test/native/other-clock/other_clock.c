/* A wall clock that is off: preloaded into a process, it adds TEST_CLOCK_OFF seconds to what CLOCK_REALTIME says, and touches nothing else. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_gettimeofday)(struct timeval *, void *);
static long off;

__attribute__((constructor)) static void begin(void) {
    const char *given = getenv("TEST_CLOCK_OFF");
    off = given ? atol(given) : 0;
    real_gettimeofday = (int (*)(struct timeval *, void *)) dlsym(RTLD_NEXT, "gettimeofday");
    real_clock_gettime = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    if (!real_clock_gettime) {
        begin();
    }
    int failed = real_clock_gettime(clock, at);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        at->tv_sec += off;
    }
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    if (!real_gettimeofday) {
        begin();
    }
    int failed = real_gettimeofday(at, zone);
    if (!failed) {
        at->tv_sec += off;
    }
    return failed;
}

time_t time(time_t *at) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) {
        return (time_t) -1;
    }
    if (at) {
        *at = now.tv_sec;
    }
    return now.tv_sec;
}
