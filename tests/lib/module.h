/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_MODULE_H
#define TESTS_MODULE_H

#include <stdbool.h>

bool module_loaded(void);
/* Loads what SOCKPORT_KO names, dies if that fails. */
void module_load(void);
/* Likewise, with parameters as insmod has them. */
void module_load_with(const char *parameters);
/* Returns 0 or -errno: -EAGAIN while it is in use. */
int module_try_unload(void);
/* As soon as it is no longer in use. */
void module_unload(void);
/* References to it. */
int module_users(void);
/* Set a parameter; what it was is put into old, if that is not NULL. */
void module_parameter(const char *name, const char *value, char old[32]);

/* From now on, and what the kernel has complained of since then; "" if nothing. */
void kernel_log_begin(void);
const char *kernel_log_complaint(void);

/* Objects in use in a slab cache of this name, -1 if nobody says. */
long slab_objects(const char *name);

#endif
