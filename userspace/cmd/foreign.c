// SPDX-License-Identifier: GPL-2.0
/* Options of ss(8), netstat(8) and lsof(8) that are none here: what to do instead. */
#include "cmd/foreign.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define SEE_HELP	"see sockport --help"

/**
 * struct foreign - an option of theirs
 * @letter: 0 where it has a name only
 * @name: NULL where it has a letter only
 * @instead: what to do
 */
static const struct foreign {
	char letter;
	const char *name;
	const char *instead;
} foreign[] = {
	{ 'r', "resolve", "addresses stay numbers, as others choose their names: ask getent hosts ADDRESS; or ip route" },
	{ 'Z', "context", "what SELinux knows is told by ps -Z PID; -p tells the PID" },
	{ 'z', "contexts", "what SELinux knows is told by ps -Z PID; -p tells the PID" },
	{ 'b', "bpf", "filters that sockets have are told by ss -b" },
	{ 0, "tos", "the type of service is told by ss --tos" },
	{ 0, "inet-sockopt", "options that sockets have are told by ss --inet-sockopt" },
	{ 'd', "dccp", "sockets of DCCP are among --protocol other" },
	{ 0, "tipc", "sockets of TIPC are among --protocol other" },
	{ 0, "tipcinfo", "sockets of TIPC are among --protocol other" },
	{ 'Q', "no-queues", "-o chooses the columns" },
	{ 'D', "diag", "sockport record FILE keeps what there is, sockport replay FILE shows it" },
	{ 'E', "events", "see sockport events" },
	{ 'K', "kill", "see sockport kill" },
	{ 'c', "continuous", "see sockport top" },
	{ 'g', "groups", "multicast groups are told by ip maddress" },
	{ 'U', NULL, "UNIX sockets are -x" },
};

/* As in "-iTCP:443" and "-i:443", where lsof has a value behind the letter. */
static bool is_of_lsof(const char *word)
{
	return word && !strncmp(word, "-i", 2) && word[2] &&
	       (strchr(":@46", word[2]) || !strncasecmp(word + 2, "tcp", 3) ||
		!strncasecmp(word + 2, "udp", 3));
}

static int unknown_letter(int letter, const char *instead, struct failure *failure)
{
	return failure_set(failure, EXIT_USAGE, "unknown option '-%c': %s", letter, instead);
}

/**
 * foreign_letter - say what to do instead of an option that there is not
 * @letter: the option
 * @argv: the command line
 * @next: of it, the word behind those that were read
 * @failure: gets it
 *
 * Return: -1.
 */
int foreign_letter(int letter, char *const *argv, int next, struct failure *failure)
{
	size_t i;

	/* In the midst of letters, their word is the next one still. */
	if (is_of_lsof(argv[next]) || is_of_lsof(argv[next - 1]))
		return failure_set(failure, EXIT_USAGE,
				   "what lsof(8) has behind -i stands by itself here: sockport tcp 443");
	for (i = 0; i < COUNT(foreign); i++)
		if (foreign[i].letter == letter)
			return unknown_letter(letter, foreign[i].instead, failure);
	return unknown_letter(letter, SEE_HELP, failure);
}

/**
 * foreign_name - say what to do instead of a long option that there is not
 * @word: as it was given, with "--"
 * @failure: gets it
 *
 * Return: -1.
 */
int foreign_name(const char *word, struct failure *failure)
{
	const size_t length = strcspn(word + 2, "=");
	size_t i;

	for (i = 0; i < COUNT(foreign); i++)
		if (foreign[i].name && strlen(foreign[i].name) == length &&
		    !memcmp(foreign[i].name, word + 2, length))
			return failure_set(failure, EXIT_USAGE, "unknown option '%.100s': %s", word,
					   foreign[i].instead);
	return failure_set(failure, EXIT_USAGE, "unknown option '%.100s': " SEE_HELP, word);
}
