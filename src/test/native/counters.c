/* Counters in a shared memory mapping of a file, so that a reader in any process sees exact values at once.
 *
 * The file is an array of 64-byte records: a name of up to 31 bytes and a zero, then four 64-bit numbers in this machine's order. The
 * first record's name is the format, "kekkai-faulty-1". A record for each function follows (calls, injected, delayed, queries), then
 * one for each total (its value, 0, 0, 0). Counts go on across processes; "hanging" and "sessions-open" start from 0 in each. */
#include "faulty.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const total_names[TOTAL_COUNT] = {
    "hanging", "sessions-open", "logins", "logins-refused", "session-drops", "login-drops", "token-removals",
    "stale-sessions", "stale-objects", "control-errors"};

struct record {
    char name[32];
    atomic_long values[COLUMN_COUNT];
};
_Static_assert(sizeof(struct record) == 64, "readers count on 64 bytes");

static struct record unread[1 + FUNCTION_COUNT + TOTAL_COUNT];
static struct record *records = unread;

static void name_records(void) {
    strcpy(records[0].name, "kekkai-faulty-1");
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        strcpy(records[1 + i].name, function_names[i]);
    }
    for (int i = 0; i < TOTAL_COUNT; i++) {
        strcpy(records[1 + FUNCTION_COUNT + i].name, total_names[i]);
    }
}

void counters_open(const char *path) {
    if (path != NULL) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        void *mapped = MAP_FAILED;
        if (fd >= 0 && ftruncate(fd, sizeof unread) == 0) {
            mapped = mmap(NULL, sizeof unread, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        }
        if (mapped == MAP_FAILED) {
            fprintf(stderr, "faulty_pkcs11: no counters in %s\n", path);
            abort();
        }
        close(fd);
        records = mapped;
    }
    name_records();
    set_total(HANGING, 0);
    set_total(SESSIONS_OPEN, 0);
}

void count(enum function fn, enum column column) {
    atomic_fetch_add(&records[1 + fn].values[column], 1);
}

void count_total(enum total total, long difference) {
    atomic_fetch_add(&records[1 + FUNCTION_COUNT + total].values[0], difference);
}

void set_total(enum total total, long value) {
    atomic_store(&records[1 + FUNCTION_COUNT + total].values[0], value);
}
