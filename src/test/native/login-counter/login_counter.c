/* A PKCS#11 module that hands everything to $COUNTED_MODULE and appends the result of each C_Login to $COUNTED_LOGINS. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* CK_FUNCTION_LIST of PKCS#11 v2.40 (pkcs11f.h): a CK_VERSION, then 68 functions, C_Login the 19th. */
enum { FUNCTIONS = 68, LOGIN = 18 };
enum { CKR_OK = 0, CKR_GENERAL_ERROR = 5 };

struct function_list {
    unsigned char version[2];
    void *functions[FUNCTIONS];
};

typedef unsigned long (*get_function_list)(struct function_list **);
typedef unsigned long (*login)(unsigned long session, unsigned long user, unsigned char *pin, unsigned long length);

static struct function_list own;
static login real_login;

static unsigned long counted_login(
        unsigned long session, unsigned long user, unsigned char *pin, unsigned long length) {
    unsigned long result = real_login(session, user, pin, length);
    FILE *record = fopen(getenv("COUNTED_LOGINS"), "a");
    if (record == NULL) {
        abort();
    }
    fprintf(record, "%lx\n", result);
    fclose(record);
    return result;
}

unsigned long C_GetFunctionList(struct function_list **list) {
    void *library = dlopen(getenv("COUNTED_MODULE"), RTLD_NOW);
    get_function_list get = library == NULL ? NULL : (get_function_list) dlsym(library, "C_GetFunctionList");
    struct function_list *real;
    if (get == NULL || get(&real) != CKR_OK) {
        return CKR_GENERAL_ERROR;
    }
    own = *real;
    real_login = (login) own.functions[LOGIN];
    own.functions[LOGIN] = (void *) counted_login;
    *list = &own;
    return CKR_OK;
}
