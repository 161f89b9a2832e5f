/* Reads the control file. The language is described in faulty_pkcs11.c. */
#include "faulty.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_FILE = 64 * 1024, MOST_RULES = 256 };

struct seen_file {
    ino_t inode;
    off_t size;
    int64_t mtime_ns;
};

static const char *control_path;
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;
static struct control nothing;
static _Atomic(struct control *) in_force = &nothing;
/* What was read last; written under the mutex only, read without it: a torn read at worst takes the mutex and looks again. */
static _Atomic ino_t last_inode;
static _Atomic off_t last_size = -1;
static _Atomic int64_t last_mtime;

void control_open(const char *path) {
    control_path = path;
}

static struct seen_file look(void) {
    struct stat found;
    if (control_path == NULL || stat(control_path, &found) != 0) {
        return (struct seen_file){0, 0, 0};
    }
    int64_t mtime = (int64_t) found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec;
    return (struct seen_file){found.st_ino, found.st_size, mtime};
}

static bool unchanged(struct seen_file now) {
    return now.inode == last_inode && now.size == last_size && now.mtime_ns == last_mtime;
}

static bool duration(const char *text, long *ns) {
    char *unit;
    double number = strtod(text, &unit);
    double scale = strcmp(unit, "us") == 0 ? 1e3 : strcmp(unit, "ms") == 0 ? 1e6 : strcmp(unit, "s") == 0 ? 1e9 : 0;
    *ns = (long) (number * scale);
    return unit != text && scale > 0 && number >= 0;
}

static bool number(const char *text, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= 0;
}

static bool iv_name(const char *text, long *iv) {
    if (strcmp(text, "module-appended") == 0) {
        *iv = IV_MODULE_APPENDED;
    } else if (strcmp(text, "module-in-place") == 0) {
        *iv = IV_MODULE_IN_PLACE;
    } else if (strcmp(text, "module-prepended") == 0) {
        *iv = IV_MODULE_PREPENDED;
    } else {
        return false;
    }
    return true;
}

/* What follows a verb: f a function, c a return code, d a duration, n a number, i the maker of the IV. */
static const struct {
    const char *verb;
    const char *wants;
} grammar[] = {
    [LATENCY] = {"latency", "fd"}, [FAIL] = {"fail", "fc"}, [FAIL_LATE] = {"fail-late", "fc"},
    [HANG] = {"hang", "f"}, [HANG_FOREVER] = {"hang-forever", "f"}, [CRASH] = {"crash", "f"},
    [CORRUPT] = {"corrupt", "f"}, [MAX_SESSIONS] = {"max-sessions", "n"}, [IV] = {"iv", "i"},
    [BAD_TAG] = {"bad-tag", "c"}, [TOKEN_ABSENT] = {"token-absent", ""}, [DROP_SESSIONS] = {"drop-sessions", ""},
    [DROP_LOGIN] = {"drop-login", ""}};

static bool argument(struct rule *rule, char wanted, const char *word) {
    switch (wanted) {
        case 'f': return (rule->function = function_by_name(word)) >= 0;
        case 'c': return code_by_name(word, &rule->code);
        case 'd': return duration(word, &rule->ns);
        case 'n': return number(word, &rule->number);
        default: return iv_name(word, &rule->number);
    }
}

static bool option(struct rule *rule, const char *word) {
    if (strcmp(word, "new-slot") == 0) {
        return rule->new_slot = true;
    }
    if (strcmp(word, "until-initialize") == 0) {
        return rule->until_initialize = true;
    }
    return strncmp(word, "id=", 3) == 0 || (strncmp(word, "after=", 6) == 0 && number(word + 6, &rule->after))
           || (strncmp(word, "times=", 6) == 0 && number(word + 6, &rule->times))
           || (strncmp(word, "jitter=", 7) == 0 && duration(word + 7, &rule->jitter_ns))
           || (strncmp(word, "code=", 5) == 0 && code_by_name(word + 5, &rule->code));
}

static bool parse(struct rule *rule, char *words) {
    char *rest;
    char *verb = strtok_r(words, " \t", &rest);
    size_t kind = 0;
    while (kind < sizeof grammar / sizeof grammar[0] && strcmp(verb, grammar[kind].verb) != 0) {
        kind++;
    }
    if (kind == sizeof grammar / sizeof grammar[0]) {
        return false;
    }
    rule->kind = (enum kind) kind;
    for (const char *wanted = grammar[kind].wants; *wanted != '\0'; wanted++) {
        char *word = strtok_r(NULL, " \t", &rest);
        if (word == NULL || !argument(rule, *wanted, word)) {
            return false;
        }
    }
    for (char *word; (word = strtok_r(NULL, " \t", &rest)) != NULL;) {
        if (!option(rule, word)) {
            return false;
        }
    }
    return true;
}

/* A line that stays in the file keeps its rule, and with it the calls that the rule has counted. */
static struct rule *rule_of(char *line, struct control *before, struct control *sofar) {
    for (size_t i = 0; i < before->count; i++) {
        bool taken = false;
        for (size_t j = 0; j < sofar->count; j++) {
            taken |= sofar->rules[j] == before->rules[i];
        }
        if (!taken && strcmp(before->rules[i]->line, line) == 0) {
            return before->rules[i];
        }
    }
    struct rule *rule = calloc(1, sizeof *rule);
    rule->line = strdup(line);
    rule->times = -1;
    rule->function = FN_ANY;
    if (!parse(rule, line)) {
        fprintf(stderr, "faulty_pkcs11: not understood: %s\n", rule->line);
        count_total(CONTROL_ERRORS, 1);
        return NULL;
    }
    return rule;
}

static struct control *read_file(struct control *before) {
    static char text[LONGEST_FILE + 1];
    struct control *read_now = calloc(1, sizeof *read_now + MOST_RULES * sizeof(struct rule *));
    int fd = control_path == NULL ? -1 : open(control_path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, LONGEST_FILE);
    if (fd >= 0) {
        close(fd);
    }
    text[length > 0 ? length : 0] = '\0';
    char *rest;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        line += strspn(line, " \t");
        if (*line == '\0' || *line == '#') {
            continue;
        }
        struct rule *rule = rule_of(line, before, read_now);
        if (rule != NULL && read_now->count == MOST_RULES) {
            fprintf(stderr, "faulty_pkcs11: too many lines: %s\n", rule->line);
            count_total(CONTROL_ERRORS, 1);
        } else if (rule != NULL) {
            read_now->rules[read_now->count++] = rule;
        }
    }
    return read_now;
}

static void lift_what_went(struct control *before, struct control *after) {
    for (size_t i = 0; i < before->count; i++) {
        bool stays = false;
        for (size_t j = 0; j < after->count; j++) {
            stays |= before->rules[i] == after->rules[j];
        }
        if (!stays) {
            before->rules[i]->gone = true;
        }
    }
}

struct control *control_now(void) {
    if (unchanged(look())) {
        return in_force;
    }
    pthread_mutex_lock(&reading);
    struct seen_file now = look(); /* before reading: what is written in between is read again at the next call */
    if (!unchanged(now)) {
        struct control *before = in_force;
        struct control *after = read_file(before);
        lift_what_went(before, after);
        token_follow_control(after);
        in_force = after;
        last_inode = now.inode;
        last_mtime = now.mtime_ns;
        last_size = now.size;
    }
    pthread_mutex_unlock(&reading);
    return in_force;
}

struct rule *control_find(enum kind kind) {
    struct control *control = in_force;
    for (size_t i = control->count; i-- > 0;) {
        if (control->rules[i]->kind == kind) {
            return control->rules[i];
        }
    }
    return NULL;
}

bool rule_fires(struct rule *rule) {
    long before = atomic_fetch_add(&rule->seen, 1);
    return before >= rule->after && (rule->times < 0 || before < rule->after + rule->times);
}
