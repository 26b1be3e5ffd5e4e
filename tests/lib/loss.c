// SPDX-License-Identifier: GPL-2.0
/*
 * loss.c - packets that never arrive, so that connections stay what they are
 */
#include <stdio.h>
#include <string.h>

#include "die.h"
#include "loss.h"

static const char rules[] =
	"table inet loss {\n"
	"	set syn { type inet_service; }\n"
	"	set synack { type inet_service; }\n"
	"	set to { type inet_service; }\n"
	"	set from { type inet_service; }\n"
	"	set some { type inet_service; }\n"
	"	set prohibit { type inet_service; }\n"
	"	set no_route { type inet_service; }\n"
	"	chain input {\n"
	"		type filter hook input priority 0;\n"
	"		tcp flags & (syn | ack) == syn tcp dport @syn drop\n"
	"		tcp flags & (syn | ack) == (syn | ack) tcp sport @synack drop\n"
	"		tcp dport @to drop\n"
	"		tcp sport @from drop\n"
	"		meta length > 200 tcp dport @some numgen inc mod 9 3 drop\n"
	"		meta length > 200 tcp sport @some numgen inc mod 9 3 drop\n"
	"		ip protocol tcp tcp dport @prohibit reject with icmp type admin-prohibited\n"
	"		ip6 nexthdr tcp tcp dport @no_route reject with icmpv6 type no-route\n"
	"	}\n"
	"}\n";

static const char *const sets[] = {
	[LOSS_SYN]	= "syn",
	[LOSS_SYNACK]	= "synack",
	[LOSS_TO]	= "to",
	[LOSS_FROM]	= "from",
	[LOSS_SOME]	= "some",
	[LOSS_PROHIBIT]	= "prohibit",
	[LOSS_NO_ROUTE]	= "no_route",
};

static char script[8192];

static void change(const char *how, enum loss loss, uint16_t port)
{
	size_t length = strlen(script);

	snprintf(script + length, sizeof(script) - length, "%s element inet loss %s { %u }\n",
		 how, sets[loss], port);
}

void loss_begin(void)
{
	strcpy(script, rules);
	loss_commit();
}

void loss_add(enum loss loss, uint16_t port)
{
	change("add", loss, port);
}

void loss_delete(enum loss loss, uint16_t port)
{
	change("delete", loss, port);
}

void loss_commit(void)
{
	feed("nft -f -", script);
	script[0] = 0;
}
