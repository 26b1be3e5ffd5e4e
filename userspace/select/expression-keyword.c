// SPDX-License-Identifier: GPL-2.0
/* Keywords of expressions, and what each is compared with. */
#include "select/expression.h"

#include <ctype.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>

#include "format/number.h"
#include "format/words.h"
#include "host/users.h"

/* Where the unified hierarchy is, alone or beside the old ones. */
#define CGROUP_MOUNT	"/sys/fs/cgroup"
#define CGROUP_UNIFIED	"/sys/fs/cgroup/unified"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static struct expression *test_of(struct expression_parser *parser, const struct expression_keyword *keyword,
				  const struct expression_value *value)
{
	return expression_test(parser, keyword->condition, value->at, value->length);
}

static struct expression *parse_host(struct expression_parser *parser,
				     const struct expression_keyword *keyword,
				     enum expression_comparison comparison,
				     const struct expression_value *value)
{
	(void)comparison;
	return expression_host(parser, keyword->condition == SOCKPORT_CONDITION_LOCAL_ADDRESS,
			       value->text, value->at);
}

static struct expression *parse_port_of(struct expression_parser *parser,
					const struct expression_keyword *keyword,
					enum expression_comparison comparison,
					const struct expression_value *value)
{
	return expression_port_of(parser, keyword->condition == SOCKPORT_CONDITION_LOCAL_PORT,
				  comparison, value->text, value->at);
}

static struct expression *parse_port(struct expression_parser *parser,
				     const struct expression_keyword *keyword,
				     enum expression_comparison comparison,
				     const struct expression_value *value)
{
	return expression_ports(parser, keyword->condition, comparison,
				value->text + (*value->text == ':'), value->at);
}

/* The name may be that of another namespace's: it is looked up later. */
static struct expression *parse_device(struct expression_parser *parser,
				       const struct expression_keyword *keyword,
				       enum expression_comparison comparison,
				       const struct expression_value *value)
{
	struct expression *test = test_of(parser, keyword, value);

	(void)comparison;
	if (!test || number_parse(value->text, INT32_MAX, &test->first))
		return test;
	return expression_with_text(parser, test, value->text);
}

/* Base 10, 8 or 16 as C has it. */
static bool parse_bits(const char *text, char end, uint32_t *bits, const char **rest)
{
	unsigned long long number;
	char *stop;

	if (!isdigit((unsigned char)*text))
		return false;
	number = strtoull(text, &stop, 0);
	if ((*stop && *stop != end) || number > UINT32_MAX)
		return false;
	*bits = number;
	*rest = stop + !!*stop;
	return true;
}

static struct expression *parse_mark(struct expression_parser *parser,
				     const struct expression_keyword *keyword,
				     enum expression_comparison comparison,
				     const struct expression_value *value)
{
	struct expression *test = test_of(parser, keyword, value);
	const char *rest = "";

	(void)comparison;
	if (!test)
		return NULL;
	test->mask = UINT32_MAX;
	if (parse_bits(value->text, '/', &test->first, &rest) &&
	    (!strchr(value->text, '/') || parse_bits(rest, 0, &test->mask, &rest)))
		return test;
	expression_free(test);
	return expression_wrong(parser, value->at, value->length,
				"bad mark: it is a number, as 0x10, or MARK/MASK");
}

/*
 * Nothing else is looked at, whoever asks: a file system that does not answer would hold up all
 * who ask the server.
 */
static bool is_below_mount(const char *path)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent mount;
	bool found = false;
	char line[8192];
	size_t length;

	while (mounts && !found && getmntent_r(mounts, &mount, line, sizeof(line))) {
		length = strlen(mount.mnt_dir);
		found = !strcmp(mount.mnt_type, "cgroup2") &&
			!strncmp(path, mount.mnt_dir, length) &&
			(!path[length] || path[length] == '/');
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

static bool goes_up(const char *path)
{
	while ((path = strstr(path, "/.."))) {
		path += strlen("/..");
		if (!*path || *path == '/')
			return true;
	}
	return false;
}

static bool cgroup_at(const char *directory, const char *path, uint64_t *id)
{
	char full[sizeof(((struct expression_value *)0)->text) + sizeof(CGROUP_UNIFIED) + 1];
	struct statfs filesystem;
	struct stat status;

	snprintf(full, sizeof(full), "%s%s%s", directory, *path == '/' || !*directory ? "" : "/",
		 path);
	if (goes_up(full) || !is_below_mount(full) || statfs(full, &filesystem) ||
	    filesystem.f_type != CGROUP2_SUPER_MAGIC || stat(full, &status) ||
	    !S_ISDIR(status.st_mode))
		return false;
	*id = status.st_ino;
	return true;
}

static struct expression *parse_cgroup(struct expression_parser *parser,
				       const struct expression_keyword *keyword,
				       enum expression_comparison comparison,
				       const struct expression_value *value)
{
	struct expression *test = test_of(parser, keyword, value);

	(void)comparison;
	if (!test || cgroup_at("", value->text, &test->number) ||
	    cgroup_at(CGROUP_MOUNT, value->text, &test->number) ||
	    cgroup_at(CGROUP_UNIFIED, value->text, &test->number))
		return test;
	expression_free(test);
	return expression_wrong(parser, value->at, value->length,
				"there is no such cgroup of version 2");
}

static struct expression *parse_number(struct expression_parser *parser,
				       const struct expression_keyword *keyword,
				       enum expression_comparison comparison,
				       const struct expression_value *value)
{
	struct expression *test = test_of(parser, keyword, value);

	(void)comparison;
	if (!test || (number_parse(value->text, UINT32_MAX, &test->first) &&
		      (test->first || keyword->condition != EXPRESSION_PID))) {
		if (test)
			test->number = test->first;
		return test;
	}
	expression_free(test);
	return expression_wrong(parser, value->at, value->length, "'%s' is compared with a number",
				keyword->word);
}

static struct expression *parse_user(struct expression_parser *parser,
				     const struct expression_keyword *keyword,
				     enum expression_comparison comparison,
				     const struct expression_value *value)
{
	struct expression *test = test_of(parser, keyword, value);

	(void)comparison;
	if (!test || number_parse(value->text, UINT32_MAX - 1, &test->first) ||
	    users_uid(value->text, &test->first))
		return test;
	expression_free(test);
	return expression_wrong(parser, value->at, value->length, "unknown user");
}

static struct expression *parse_text(struct expression_parser *parser,
				     const struct expression_keyword *keyword,
				     enum expression_comparison comparison,
				     const struct expression_value *value)
{
	(void)comparison;
	return expression_with_text(parser, test_of(parser, keyword, value), value->text);
}

static struct expression *parse_role(struct expression_parser *parser,
				     const struct expression_keyword *keyword,
				     enum expression_comparison comparison,
				     const struct expression_value *value)
{
	struct expression *test;
	uint8_t role;

	(void)comparison;
	if (!word_is_role(value->text, &role))
		return expression_wrong(parser, value->at, value->length, "a role is in or out");
	test = test_of(parser, keyword, value);
	if (test)
		test->mask = 1u << role;
	return test;
}

static struct expression *parse_protocol(struct expression_parser *parser,
					 const struct expression_keyword *keyword,
					 enum expression_comparison comparison,
					 const struct expression_value *value)
{
	struct expression *test;
	uint8_t protocol;

	(void)comparison;
	if (!word_is_protocol(value->text, &protocol))
		return expression_wrong(parser, value->at, value->length, "unknown protocol");
	test = test_of(parser, keyword, value);
	if (test)
		test->mask = 1u << protocol;
	return test;
}

static struct expression *parse_type(struct expression_parser *parser,
				     const struct expression_keyword *keyword,
				     enum expression_comparison comparison,
				     const struct expression_value *value)
{
	struct expression *test;
	uint8_t type;

	(void)comparison;
	for (type = 1; type < 16; type++)
		if (word_type(type) && !strcmp(word_type(type), value->text))
			break;
	if (type == 16)
		return expression_wrong(parser, value->at, value->length,
					"a type is stream, dgram, seqpacket or raw");
	test = test_of(parser, keyword, value);
	if (test)
		test->first = type;
	return test;
}

/* 90, 90s, 5m, 2h, 1d, 250ms. */
static bool parse_duration(const char *text, uint64_t *ms)
{
	static const struct { const char *unit; uint64_t ms; } units[] = {
		{ "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "min", 60000 },
		{ "h", 3600000 }, { "d", 86400000 }, { "w", 604800000 },
	};
	const size_t digits = strspn(text, "0123456789");
	char number[NUMBER_MAX_U32 + 1];
	uint32_t count;
	size_t i;

	if (!digits || digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	number[digits] = 0;
	for (i = 0; i < COUNT(units); i++) {
		if (strcmp(text + digits, units[i].unit) ||
		    !number_parse(number, UINT32_MAX, &count))
			continue;
		*ms = count * units[i].ms;
		return true;
	}
	return false;
}

static struct expression *parse_age(struct expression_parser *parser,
				    const struct expression_keyword *keyword,
				    enum expression_comparison comparison,
				    const struct expression_value *value)
{
	struct expression *test = test_of(parser, keyword, value);

	(void)comparison;
	if (!test || parse_duration(value->text, &test->number))
		return test;
	expression_free(test);
	return expression_wrong(parser, value->at, value->length,
				"bad duration: it is a number of seconds, or as 500ms, 5m, 2h, 1d");
}

static const struct expression_keyword keywords[] = {
	{ "src", SOCKPORT_CONDITION_LOCAL_ADDRESS, false, false, parse_host },
	{ "dst", SOCKPORT_CONDITION_REMOTE_ADDRESS, false, false, parse_host },
	{ "sport", SOCKPORT_CONDITION_LOCAL_PORT, true, true, parse_port_of },
	{ "dport", SOCKPORT_CONDITION_REMOTE_PORT, true, true, parse_port_of },
	{ "port", SOCKPORT_CONDITION_PORT, true, true, parse_port },
	{ "dev", SOCKPORT_CONDITION_IFINDEX, false, false, parse_device },
	{ "fwmark", SOCKPORT_CONDITION_MARK, false, false, parse_mark },
	{ "cgroup", SOCKPORT_CONDITION_CGROUP, false, false, parse_cgroup },
	{ "inode", SOCKPORT_CONDITION_INODE, false, true, parse_number },
	{ "uid", SOCKPORT_CONDITION_UID, false, true, parse_user },
	{ "user", SOCKPORT_CONDITION_UID, false, true, parse_user },
	{ "role", SOCKPORT_CONDITION_ROLE, false, true, parse_role },
	{ "protocol", SOCKPORT_CONDITION_PROTOCOL, false, true, parse_protocol },
	{ "older-than", SOCKPORT_CONDITION_AGE, false, false, parse_age },
	{ "in-state-for", SOCKPORT_CONDITION_STATE_AGE, false, false, parse_age },
	{ "pid", EXPRESSION_PID, false, true, parse_number },
	{ "unit", EXPRESSION_UNIT, false, true, parse_text },
	{ "type", EXPRESSION_TYPE, false, true, parse_type },
	{ "netns", EXPRESSION_NETNS, false, false, parse_text },
};

/**
 * expression_begins - whether a word begins an expression
 * @word: a word of the command line, which may have more words of the expression
 *
 * Return: whether it does.
 */
bool expression_begins(const char *word)
{
	static const char *const others[] = { "state", "exclude", "excl", "autobound", "not" };
	const size_t length = strcspn(word, " =!<>(");
	size_t i;

	if (*word == '(' || *word == '!')
		return true;
	for (i = 0; i < COUNT(others); i++)
		if (strlen(others[i]) == length && !strncmp(others[i], word, length))
			return true;
	return expression_keyword(word, length);
}

/**
 * expression_keyword - find a keyword
 * @word: where it is in a text
 * @length: of it
 *
 * Return: the keyword, or NULL when it is none.
 */
const struct expression_keyword *expression_keyword(const char *word, size_t length)
{
	size_t i;

	for (i = 0; i < COUNT(keywords); i++)
		if (strlen(keywords[i].word) == length && !strncmp(keywords[i].word, word, length))
			return &keywords[i];
	return NULL;
}
