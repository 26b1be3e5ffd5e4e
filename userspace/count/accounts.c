// SPDX-License-Identifier: GPL-2.0
/* What programs did, summed up by what they have in common. */
#include "count/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "count/history.h"
#include "count/snapshot.h"

const char *const accounts_words[ACCOUNTS_BY] = {
	[ACCOUNTS_BY_PROGRAM] = "program",
	[ACCOUNTS_BY_UNIT] = "unit",
	[ACCOUNTS_BY_CONTAINER] = "container",
	[ACCOUNTS_BY_USER] = "user",
};

#define KEY_SIZE	(offsetof(struct doer_key, unit) + UNIT_MAX + 1)

static const struct doer_key *key_in(const void *thing)
{
	return &((const struct doer *)thing)->key;
}

static uint32_t hash_of(const void *thing)
{
	return hash_bytes(0, key_in(thing), KEY_SIZE);
}

static bool same(const void *a, const void *b)
{
	return !memcmp(key_in(a), key_in(b), KEY_SIZE);
}

static const struct hash_kind kind = { sizeof(struct doer), hash_of, same };

static void set_comm(struct doer_key *key, const struct program_row *row)
{
	if (row_knows(row, SOCKPORT_A_PROGRAM_COMM))
		strncpy(key->comm, row->comm, COMM_MAX);
}

static void set_uid(struct doer_key *key, const struct program_row *row)
{
	key->has_uid = row_knows(row, SOCKPORT_A_PROGRAM_UID);
	key->uid = key->has_uid ? row->uid : 0;
}

static struct doer_key key_of(const struct accounts *accounts, const struct program_row *row)
{
	struct doer_key key;

	memset(&key, 0, sizeof(key));
	key.netns = row_knows(row, SOCKPORT_A_PROGRAM_NETNS) ? row->netns : 0;
	key.is_rest = row_knows(row, SOCKPORT_A_PROGRAM_REST);
	if (accounts->by == ACCOUNTS_BY_USER)
		set_uid(&key, row);
	if (accounts->by == ACCOUNTS_BY_PROGRAM)
		set_comm(&key, row);
	if (!row_knows(row, SOCKPORT_A_PROGRAM_CGROUP))
		return key;
	if (accounts->by == ACCOUNTS_BY_CONTAINER)
		cgroup_container(row->cgroup, key.unit);
	else if (accounts->by != ACCOUNTS_BY_USER)
		cgroup_unit(row->cgroup, key.unit);
	return key;
}

/* The rest is nobody's, so it is none that is meant. */
static bool is_meant(const char *word, const struct program_row *row)
{
	return (row_knows(row, SOCKPORT_A_PROGRAM_COMM) && !strcmp(row->comm, word)) ||
	       (row_knows(row, SOCKPORT_A_PROGRAM_CGROUP) &&
		cgroup_matches(row->cgroup, word));
}

static void add_first(uint64_t *sum, uint64_t value)
{
	if (value && (!*sum || value < *sum))
		*sum = value;
}

static void add_history(struct history_row *sum, const struct history_row *history)
{
	uint64_t *values = sum->values;
	unsigned int i;

	for (i = 1; i <= SOCKPORT_A_HISTORY_MAX; i++) {
		if (!row_knows(history, i))
			continue;
		if (i == SOCKPORT_A_HISTORY_FIRST_ACTIVE)
			add_first(&values[i], history->values[i]);
		else if (i != SOCKPORT_A_HISTORY_LAST_ACTIVE)
			values[i] += history->values[i];
		else if (values[i] < history->values[i])
			values[i] = history->values[i];
	}
	sum->known |= history->known;
}

static struct doer account_of(const struct accounts *accounts, const struct program_row *row)
{
	struct doer account = {
		.port = {
			.known = 1ull << SOCKPORT_A_PORT_NETNS,
			.time = row->time,
		},
		.key = key_of(accounts, row),
		.by = accounts->by,
		.uid = row->uid,
		.is_owned = row_knows(row, SOCKPORT_A_PROGRAM_UID),
	};

	account.port.netns = account.key.netns;
	if (account.key.is_rest)
		account.port.known |= 1ull << SOCKPORT_A_PORT_REST;
	return account;
}

/**
 * accounts_add - add what a program did
 * @accounts: the sums
 * @row: the program
 *
 * Return: false without memory.
 */
bool accounts_add(struct accounts *accounts, const struct program_row *row)
{
	struct doer *account, new;

	if (accounts->word && !is_meant(accounts->word, row))
		return true;
	new = account_of(accounts, row);
	account = hash_add(&accounts->hash, &kind, &new);
	if (!account)
		return false;
	account->is_owned = account->is_owned && new.is_owned && account->uid == new.uid;
	add_history(&account->port.history, &row->history);
	return true;
}

/**
 * accounts_keep - keep an account that was made earlier
 * @accounts: where
 * @doer: the account
 *
 * Return: false without memory.
 */
bool accounts_keep(struct accounts *accounts, const struct doer *doer)
{
	return hash_add(&accounts->hash, &kind, doer);
}

static uint64_t payload(const struct doer *account)
{
	const uint64_t *values = account->port.history.values;

	return values[SOCKPORT_A_HISTORY_BYTES_IN] + values[SOCKPORT_A_HISTORY_BYTES_OUT];
}

static int compare(const void *left, const void *right)
{
	const uint64_t first = payload(left), second = payload(right);

	return first == second ? memcmp(key_in(left), key_in(right), KEY_SIZE) :
	       first < second ? 1 : -1;
}

static void subtract(struct doer *account, const struct accounts_before *before)
{
	const struct doer *then = hash_find(&before->accounts.hash, &kind, account);

	snapshot_since(&account->port, then ? &then->port.history : NULL, before->time);
	if (before->elapsed)
		account->port.interval = before->elapsed;
}

/**
 * accounts_list - list them, the greatest payload first
 * @accounts: the sums
 * @before: of an earlier time, what there was is left out; or NULL
 *
 * Return: as many as there are, for free(); NULL without memory.
 */
struct doer *accounts_list(const struct accounts *accounts,
			      const struct accounts_before *before)
{
	const size_t count = accounts->hash.count;
	struct doer *list = malloc((count + 1) * sizeof(*list));
	size_t i;

	if (!list || !count)
		return list;
	memcpy(list, accounts->hash.list, count * sizeof(*list));
	for (i = 0; before && i < count; i++)
		subtract(&list[i], before);
	qsort(list, count, sizeof(*list), compare);
	return list;
}

/**
 * accounts_free - forget all sums
 * @accounts: they
 */
void accounts_free(struct accounts *accounts)
{
	hash_free(&accounts->hash);
}
