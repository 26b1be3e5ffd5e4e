// SPDX-License-Identifier: GPL-2.0
/* Words of ss(8): tables and families, by its names, and what begins an expression. */
#include "cmd/ss-tables.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <linux/sockport.h>

#include "columns/column.h"
#include "commands.h"
#include "format/words.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define TYPE(type)	(1u << (type))

/* Those that have another name here, or are several. */
static const struct ss_table {
	const char *names[2];
	const char *protocols;
	unsigned int types;
} tables[] = {
	{ { "inet" }, "tcp,udp,udplite,raw,sctp,mptcp", 0 },
	{ { "unix_stream", "u_str" }, "unix", TYPE(SOCK_STREAM) },
	{ { "unix_dgram", "u_dgr" }, "unix", TYPE(SOCK_DGRAM) },
	{ { "unix_seqpacket", "u_seq" }, "unix", TYPE(SOCK_SEQPACKET) },
	{ { "packet_raw", "p_raw" }, "packet", TYPE(SOCK_RAW) },
	{ { "packet_dgram", "p_dgr" }, "packet", TYPE(SOCK_DGRAM) },
	{ { "vsock_stream", "v_str" }, "vsock", TYPE(SOCK_STREAM) },
	{ { "vsock_dgram", "v_dgr" }, "vsock", TYPE(SOCK_DGRAM) },
};

/* Kinds of which one type can be asked for. */
static const char *const typed[SS_TYPED] = { "unix", "packet", "vsock" };

static const struct ss_table *find_table(const char *word)
{
	size_t i, j;

	for (i = 0; i < COUNT(tables); i++)
		for (j = 0; j < COUNT(tables[i].names) && tables[i].names[j]; j++)
			if (!strcasecmp(tables[i].names[j], word))
				return &tables[i];
	return NULL;
}

/**
 * ss_is_table - whether ss(8) has a table of that name
 * @word: the name, or one of ours
 *
 * Return: whether it has.
 */
bool ss_is_table(const char *word)
{
	uint8_t protocol;

	return !strcmp(word, "all") || find_table(word) || word_is_protocol(word, &protocol);
}

#define PROTOCOL(protocol)	(1u << (protocol))
#define PROTOCOLS_ALL	((PROTOCOL(SOCKPORT_PROTOCOL_MAX) << 1) - 2)

/* The protocols of a table, 0 for no table. */
static uint32_t protocols_of(const char *protocols)
{
	char copy[64], *rest = copy, *word;
	uint32_t mask = 0;
	uint8_t protocol;

	if (strlen(protocols) >= sizeof(copy))
		return 0;
	strcpy(copy, protocols);
	while ((word = strsep(&rest, ","))) {
		if (!word_is_protocol(word, &protocol))
			return 0;
		mask |= PROTOCOL(protocol);
	}
	return mask;
}

static void set_types(struct options *options, const char *protocol, unsigned int types, bool add)
{
	size_t i;

	for (i = 0; i < SS_TYPED; i++) {
		if (strcmp(protocol, "all") && strcasecmp(typed[i], protocol))
			continue;
		if (add)
			options->ss_types[i] |= types;
		else
			options->ss_types[i] &= ~types;
	}
}

/* Of a kind that has types, is one of them wanted still? */
static bool has_types(const struct options *options, const char *protocol)
{
	size_t i;

	for (i = 0; i < SS_TYPED; i++)
		if (!strcasecmp(typed[i], protocol))
			return options->ss_types[i] & (TYPE(SOCK_STREAM) | TYPE(SOCK_DGRAM) |
						       TYPE(SOCK_RAW) | TYPE(SOCK_SEQPACKET));
	return false;
}

/* One word of a list: a table more, or with "!" one less. */
static int change_tables(struct options *options, const char *word, uint32_t *chosen,
			 struct failure *failure)
{
	const bool add = *word != '!';
	const struct ss_table *table = find_table(add ? word : ++word);
	const char *protocols = table ? table->protocols : word;
	const unsigned int types = table && table->types ? table->types : ~0u;
	uint32_t mask = strcmp(word, "all") ? protocols_of(protocols) : PROTOCOLS_ALL;

	if (!mask)
		return filter_add(&options->filter, FILTER_PROTOCOL, protocols, failure);
	set_types(options, protocols, types, add);
	if (add)
		*chosen |= mask;
	else if (!has_types(options, protocols))
		*chosen &= ~mask;
	return 0;
}

static int add_protocols(struct options *options, uint32_t chosen, struct failure *failure)
{
	uint8_t protocol;
	unsigned int i;

	for (i = 0; i < options->filter.protocols.count; i++)
		chosen &= ~PROTOCOL(options->filter.protocols.list[i]);
	for (protocol = 1; protocol <= SOCKPORT_PROTOCOL_MAX; protocol++)
		if (chosen & PROTOCOL(protocol) &&
		    filter_add(&options->filter, FILTER_PROTOCOL, word_protocol(protocol), failure))
			return -1;
	return 0;
}

/**
 * ss_add_tables - list what some tables of ss(8) have
 * @options: of the command
 * @list: names of tables, separated by commas; one less with "!" in front of it
 * @failure: what is wrong with them
 *
 * Return: 0 or -1.
 */
int ss_add_tables(struct options *options, const char *list, struct failure *failure)
{
	char *copy, *rest, *word;
	uint32_t chosen = 0;
	int error = 0;

	options->has_filter = true;
	options->like_ss = true;
	options->tables = true;
	copy = rest = strdup(list);
	if (!copy)
		return failure_set(failure, EXIT_RUN, "out of memory");
	while (!error && (word = strsep(&rest, ",")))
		error = change_tables(options, word, &chosen, failure);
	free(copy);
	if (error || chosen == PROTOCOLS_ALL)
		return error;
	if (!chosen)
		return failure_set(failure, EXIT_USAGE, "'%.100s' leaves nothing to list", list);
	return add_protocols(options, chosen, failure);
}

/**
 * ss_add_bound - list TCP sockets that are bound and no more
 * @options: of the command
 * @value: none
 * @failure: what is wrong
 *
 * Return: 0 or -1.
 */
int ss_add_bound(struct options *options, const char *value, struct failure *failure)
{
	(void)value;
	options->has_filter = true;
	if (filter_add(&options->filter, FILTER_PROTOCOL, "tcp", failure))
		return -1;
	return filter_add(&options->filter, FILTER_STATE, "close", failure);
}

/**
 * ss_add_family - list what a family of ss(8) has
 * @options: of the command
 * @word: inet, inet6, unix, link, netlink, vsock or xdp
 * @failure: what is wrong with it
 *
 * Return: 0 or -1.
 */
int ss_add_family(struct options *options, const char *word, struct failure *failure)
{
	static const char *const families[] = { "unix", "netlink", "vsock", "xdp" };
	size_t i;

	options->has_filter = true;
	options->kinds_like_ss = true;
	if (!strcmp(word, "link"))
		return filter_add(&options->filter, FILTER_PROTOCOL, "packet", failure);
	for (i = 0; i < COUNT(families); i++)
		if (!strcmp(word, families[i]))
			return filter_add(&options->filter, FILTER_PROTOCOL, word, failure);
	return filter_add(&options->filter, FILTER_FAMILY, word, failure);
}

static int put_types(char *to, size_t size, const char *protocol, unsigned int types)
{
	int length = snprintf(to, size, " and ( not protocol = %s or type = ", protocol);
	static const uint8_t all[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET };
	const char *comma = "";
	size_t i;

	for (i = 0; i < COUNT(all); i++) {
		if (!(types & TYPE(all[i])))
			continue;
		length += snprintf(to + length, size - length, "%s%s", comma, word_type(all[i]));
		comma = ",";
	}
	return length + snprintf(to + length, size - length, " )");
}

/**
 * ss_types_text - an expression for the types of sockets that tables choose
 * @options: of the command
 * @text: where to put it
 * @size: room for it, SS_TEXT_MAX
 *
 * Return: false where they choose none.
 */
bool ss_types_text(const struct options *options, char *text, size_t size)
{
	int length = 0;
	size_t i;

	for (i = 0; i < SS_TYPED; i++)
		if (options->ss_types[i] && options->ss_types[i] != ~0u)
			length += put_types(text + length, size - length, typed[i],
					    options->ss_types[i]);
	if (length)
		memcpy(text, "    ", 4);
	return length;
}

static bool is_state(const char *word)
{
	uint32_t tcp, datagram;

	return word && word_is_state(word, &tcp, &datagram);
}

static bool is_one_of(const char *const *list, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return true;
	return false;
}

/* Can it be the value of "dev", or of "cgroup"? */
static bool is_value(const char *of, const char *word)
{
	if (!word || *word == '-')
		return false;
	if (!strcmp(word, "=") || !strcmp(word, "!="))
		return true;
	return strcmp(of, "dev") ? strchr(word, '/') != NULL : !filter_is_word(word);
}

/*
 * Is @word, in front of @next, no value of "-o", but the beginning of an expression? Some words
 * are columns, too: then it is what follows that tells.
 */
static bool begins_expression(const char *word, const char *next)
{
	static const char *const words[] = {
		"exclude", "src", "dst", "sport", "dport", "not", "autobound", "fwmark",
	};
	static const char *const columns[] = { "dev", "cgroup" };

	/* Quoted, it is one word; columns have no blanks, and none of these signs. */
	if (word[strcspn(word, " \t()!=<>:&|")])
		return true;
	if (!strcmp(word, "state"))
		return is_state(next);
	if (is_one_of(columns, COUNT(columns), word))
		return is_value(word, next);
	return is_one_of(words, COUNT(words), word) || is_state(word);
}

/* Is each of them a letter of ours, until one that takes the rest? */
static bool are_letters(const char *letters, const char *text)
{
	const char *letter;

	for (; *text; text++) {
		letter = *text == ':' ? NULL : strchr(letters, *text);
		if (!letter)
			return false;
		if (letter[1] == ':')
			return true;
	}
	return true;
}

static bool are_columns(const char *list)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (command_columns(&commands[i]) &&
		    columns_have(command_columns(&commands[i]), list))
			return true;
	return false;
}

/**
 * ss_means_timers - whether "-o" is what ss(8) means by it
 * @letters: for getopt()
 * @argv: the words; what is to be looked at again is a word of its own then
 * @option: what getopt() said
 *
 * There it is timers, columns here. Behind it are columns, more letters in the same word, or
 * what has nothing to do with it.
 *
 * Return: whether it is.
 */
bool ss_means_timers(const char *letters, char **argv, int option)
{
	char *word = argv[optind - 1];
	size_t length;

	if (option == ':')
		return optopt == 'o';
	if (option != 'o')
		return false;
	if (optarg == word) {
		if (!(*word == '-' && word[1]) && !begins_expression(word, argv[optind]))
			return false;
		optind--;
		return true;
	}
	length = strlen(word);
	if (optarg <= word || optarg > word + length || are_columns(optarg) ||
	    !are_letters(letters, optarg))
		return false;
	/* What is left of the word is one of letters again. */
	optarg[-1] = '-';
	argv[--optind] = optarg - 1;
	return true;
}
