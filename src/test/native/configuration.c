/* Where the real module, the control file and the counters are, and what environment the real module wants. */
#include "faulty.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 32, LONGEST_LINE = 8192 };

static const char OURS[] = "KEKKAI_FAULTY_";
static struct {
    char *key, *value;
    char *outside; /* what the environment had before */
} lines[MOST_LINES];
static int line_count;

void configuration_read(const char *path) {
    static char line[LONGEST_LINE];
    FILE *conf = fopen(path, "re");
    while (conf != NULL && line_count < MOST_LINES && fgets(line, sizeof line, conf) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *equals = strchr(line, '=');
        if (equals != NULL) {
            *equals = '\0';
            lines[line_count].key = strdup(line);
            lines[line_count++].value = strdup(equals + 1);
        }
    }
    if (conf != NULL) {
        fclose(conf);
    }
}

const char *configured(const char *key) {
    for (int i = 0; i < line_count; i++) {
        if (strcmp(lines[i].key, key) == 0) {
            return lines[i].value;
        }
    }
    return getenv(key);
}

void environment_of_real_module(bool inside) {
    for (int i = 0; i < line_count; i++) {
        if (strncmp(lines[i].key, OURS, sizeof OURS - 1) == 0) {
            continue;
        }
        if (inside) {
            const char *before = getenv(lines[i].key);
            lines[i].outside = before == NULL ? NULL : strdup(before);
            setenv(lines[i].key, lines[i].value, 1);
        } else if (lines[i].outside != NULL) {
            setenv(lines[i].key, lines[i].outside, 1);
            free(lines[i].outside);
        } else {
            unsetenv(lines[i].key);
        }
    }
}
