// SPDX-License-Identifier: GPL-2.0
#include "columns/processes.h"
#include "columns/tables.h"
#include "count/accounts.h"

static const struct doer *account_of(const void *row)
{
	return row;
}

/* People are told in the first column that it is nobody's. */
static bool put_rest(struct sink *sink, const struct doer *account, enum accounts_by by)
{
	if (!account->key.is_rest || account->by != by || sink->form != SINK_TEXT)
		return false;
	value_word(sink, "rest");
	return true;
}

static void fill_program(struct sink *sink, const struct column *column, const void *row)
{
	const struct doer *account = row;

	(void)column;
	if (!put_rest(sink, account, ACCOUNTS_BY_PROGRAM) && *account->key.comm)
		value_comm(sink, account->key.comm);
}

static void fill_unit(struct sink *sink, const struct column *column, const void *row)
{
	const struct doer *account = row;

	(void)column;
	if (!put_rest(sink, account, ACCOUNTS_BY_UNIT) && *account->key.unit &&
	    account->by != ACCOUNTS_BY_CONTAINER)
		value_text(sink, account->key.unit);
}

static void fill_container(struct sink *sink, const struct column *column, const void *row)
{
	const struct doer *account = row;

	(void)column;
	if (!put_rest(sink, account, ACCOUNTS_BY_CONTAINER) && *account->key.unit &&
	    account->by == ACCOUNTS_BY_CONTAINER)
		value_text(sink, account->key.unit);
}

static void fill_account_user(struct sink *sink, const struct column *column, const void *row)
{
	const struct doer *account = row;

	(void)column;
	if (!put_rest(sink, account, ACCOUNTS_BY_USER) && account->is_owned)
		value_user(sink, account->uid);
}

static void fill_account_uid(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	if (account_of(row)->is_owned)
		value_u64(sink, account_of(row)->uid);
}

static void fill_by(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_word(sink, accounts_words[account_of(row)->by]);
}

static void fill_rest(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_bool(sink, account_of(row)->key.is_rest);
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)

static const struct column list[] = {
	{ .name = "netns", .help = "name of the network namespace", .fill = fill_netns,
	  .attribute = SOCKPORT_A_PORT_NETNS, .offset = offsetof(struct doer, port.netns) },
	{ .name = "program", .help = "name of the program; rest for those that are not told of",
	  .kind = COLUMN_TEXT, .fill = fill_program, .flags = BOTH },
	{ .name = "unit", .help = "its unit of systemd, or container", .kind = COLUMN_TEXT,
	  .fill = fill_unit, .flags = BOTH },
	{ .name = "container", .help = "its container, of --by container", .kind = COLUMN_TEXT,
	  .fill = fill_container, .flags = COLUMN_IN_JSON },
	{ .name = "user", .help = "owner of the sockets, where there is one", .kind = COLUMN_TEXT,
	  .fill = fill_account_user, .flags = BOTH },
	{ .name = "uid", .help = "number of that owner", .kind = COLUMN_NUMBER,
	  .fill = fill_account_uid, .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "rest",
	  .help = "whether it is of programs whose rows were given back, or that are not yours to see",
	  .kind = COLUMN_BOOL, .fill = fill_rest, .flags = COLUMN_IN_JSON },
	{ .name = "by", .help = "what it is summed up by: program, unit, container or user",
	  .kind = COLUMN_TEXT, .fill = fill_by, .flags = COLUMN_IN_DUMP },
	{ .name = "netns_inode", .help = "inode of the network namespace", .kind = COLUMN_NUMBER,
	  .fill = fill_u32, .attribute = SOCKPORT_A_PORT_NETNS, .flags = COLUMN_IN_DUMP,
	  .offset = offsetof(struct doer, port.netns) },
};

const struct columns account_columns = {
	.list = list,
	.count = sizeof(list) / sizeof(*list),
	.more = &history_columns,
};
