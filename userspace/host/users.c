// SPDX-License-Identifier: GPL-2.0
/*
 * Names of users. Those who run servers are mostly in /etc/passwd, and to read it
 * costs a fraction of what getpwuid() costs a short command; who is not there is
 * looked up by getpwuid().
 */
#include "host/users.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/number.h"
#include "host/file.h"

#define PASSWD_FILE	"/etc/passwd"
/* Where there are more users than that, the library may have an index. */
#define PASSWD_MAX	(64 * 1024)
#define LOOKUP_BUFFER	4096

/* Field 3 of NAME:PASSWORD:UID:..., see passwd(5). */
static bool line_has_uid(const char *line, const char *end, uint32_t uid)
{
	char digits[NUMBER_MAX_U32 + 3];
	char *to = digits;
	const char *field;

	*to++ = ':';
	to = number_put(to, uid);
	*to++ = ':';
	field = memchr(line, ':', end - line);
	field = field ? memchr(field + 1, ':', end - field - 1) : NULL;
	return field && end - field >= to - digits && !memcmp(field, digits, to - digits);
}

/* The line of a user; its end is put into @end. */
static const char *find_line(const char *text, uint32_t uid, const char **end)
{
	for (; *text; text = **end ? *end + 1 : *end) {
		*end = text + strcspn(text, "\n");
		if (line_has_uid(text, *end, uid))
			return text;
	}
	return NULL;
}

static bool copy_name(char *name, size_t size, const char *from, size_t length)
{
	if (!length || length >= size)
		return false;
	memcpy(name, from, length);
	name[length] = 0;
	return true;
}

static bool look_up(uint32_t uid, char *name, size_t size)
{
	char buffer[LOOKUP_BUFFER];
	struct passwd user, *found;

	if (getpwuid_r(uid, &user, buffer, sizeof(buffer), &found) || !found)
		return false;
	return copy_name(name, size, found->pw_name, strlen(found->pw_name));
}

/**
 * users_name - the name of a user
 * @users: read if that has not been done
 * @uid: the user
 * @name: where to put it, terminated by 0
 * @size: of @name
 *
 * Return: false if the user has no name, or one that does not fit.
 */
bool users_name(struct users *users, uint32_t uid, char *name, size_t size)
{
	const char *line, *end;

	if (!users->loaded)
		users->text = file_read(PASSWD_FILE, PASSWD_MAX);
	users->loaded = true;
	line = users->text ? find_line(users->text, uid, &end) : NULL;
	if (!line)
		return look_up(uid, name, size);
	return copy_name(name, size, line, strcspn(line, ":"));
}

/**
 * users_uid - the number of a user
 * @name: of the user
 * @uid: where to put it
 *
 * Return: whether there is such a user.
 */
bool users_uid(const char *name, uint32_t *uid)
{
	char buffer[LOOKUP_BUFFER];
	struct passwd user, *found;

	if (getpwnam_r(name, &user, buffer, sizeof(buffer), &found) || !found)
		return false;
	*uid = found->pw_uid;
	return true;
}

/**
 * users_free - forget the users
 * @users: as zeroed afterwards
 */
void users_free(struct users *users)
{
	free(users->text);
	*users = (struct users){ 0 };
}
