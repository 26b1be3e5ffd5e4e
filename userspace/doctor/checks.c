// SPDX-License-Identifier: GPL-2.0
/* All checks, and what none of them could look at. */
#include <string.h>
#include <sys/stat.h>

#include "doctor/check.h"
#include "host/names.h"
#include "host/netns.h"

#define SAFE	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/:"

static const struct check checks[] = {
	{ "accept_queue", check_accept_queue },
	{ "syn_queue", check_syn_queue },
	{ "local_ports", check_local_ports },
	{ "memory", check_memory },
	{ "limits", check_limits },
	{ "datagrams", check_datagrams },
	{ "workers", check_workers },
	{ "failures", check_failures },
	{ "stuck", check_stuck },
	{ "loss", check_loss },
	{ "close_wait", check_close_wait },
	{ "exposure", check_exposure },
	{ "scans", check_scans },
	{ "module", check_module },
};

static void say_spaces(const struct look *look, struct findings *findings)
{
	const struct space *space;

	check_each_space(look, space) {
		findings_at(findings, space->netns);
		if (!space->is_seen)
			findings_unseen(findings, "counters and settings",
					"the network namespace cannot be entered");
		else if (!space->has_range)
			findings_unseen(findings, "local ports",
					"net.ipv4.ip_local_port_range cannot be read");
	}
	findings_at(findings, 0);
}

static void say_unseen(const struct look *look, struct findings *findings)
{
	say_spaces(look, findings);
	if (!look->has_history)
		findings_unseen(findings, "failed connections, scans, and drops and retransmits by port",
				"no history is kept: write Y to /sys/module/sockport/parameters/history");
	if (look->keeps_no_past)
		findings_unseen(findings, "failed connections",
				"none are kept: /sys/module/sockport/parameters/last_connections is 0");
	else if (look->no_past)
		findings_unseen(findings, "failed connections",
				"they are root's to see, or the module is too old");
	if (look->no_doors)
		findings_unseen(findings, "scans", "they are root's to see, or the module is too old");
	if (look->no_syn_queue)
		findings_unseen(findings, "SYN queues", "the module is too old");
	if (look->is_private)
		findings_unseen(findings, "processes and memory of other users",
				"they are root's to see");
}

/* A shell takes it as it is, and nobody takes it for an option. */
static bool is_safe(const char *text)
{
	return *text && *text != '-' && !text[strspn(text, SAFE)];
}

/* The names of files are taken by --netns; others are only shown. */
static bool is_name(const char *name, uint32_t netns)
{
	char path[256];
	struct stat status;

	return !strchr(name, '/') && netns_path(name, path, sizeof(path)) &&
	       !stat(path, &status) && status.st_ino == netns;
}

static bool is_initial(uint32_t netns)
{
	struct stat status;

	return !stat("/proc/1/ns/net", &status) && status.st_ino == netns;
}

/* Who asks for more must ask where it was found; the module's own account is the same everywhere. */
static void say_where(const struct look *look, struct findings *findings, struct finding *finding)
{
	struct names *names = look->how.names;
	const char *name = look->how.netns;

	if (!finding->command || !strcmp(finding->command, "sockport stats"))
		return;
	if (name) {
		if (is_safe(name))
			findings_say(findings, &finding->command, " --netns %s", name);
		else
			findings_say(findings, &finding->command, " -A");
		return;
	}
	if (!finding->netns || names_is_here(names, finding->netns))
		return;
	name = names_netns(names, finding->netns);
	if (is_initial(finding->netns))
		findings_say(findings, &finding->command, " --netns 1");
	else if (name && is_safe(name) && is_name(name, finding->netns))
		findings_say(findings, &finding->command, " --netns %s", name);
	else
		findings_say(findings, &finding->command, " -A");
}

/**
 * checks_run - let all checks look for what is wrong
 * @look: what they look at
 * @findings: gets what they find, sorted
 */
void checks_run(const struct look *look, struct findings *findings)
{
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		findings->check = checks[i].name;
		findings->order = i;
		checks[i].run(look, findings);
		findings_at(findings, 0);
	}
	for (i = 0; i < findings->count; i++)
		say_where(look, findings, &findings->list[i]);
	say_unseen(look, findings);
	findings_sort(findings);
}
