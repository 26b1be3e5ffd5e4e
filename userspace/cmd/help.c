// SPDX-License-Identifier: GPL-2.0
#include "cmd/options.h"

#include <stdio.h>

#include "columns/tables.h"

static const char help[] =
"Usage: sockport [OPTION...]\n"
"       sockport ports [OPTION...] [WORD...]\n"
"       sockport sockets [OPTION...] [WORD...]\n"
"       sockport show PORT [OPTION...] [WORD...]\n"
"       sockport who [PID|NAME|UNIT] [OPTION...] [WORD...]\n"
"       sockport summary [OPTION...] [WORD...]\n"
"       sockport events [OPTION...] [WORD...]\n"
"       sockport closed-doors [OPTION...] [WORD...]\n"
"       sockport metrics [OPTION...]\n"
"       sockport stats [OPTION...]\n"
"       sockport reset [OPTION...]\n"
"\n"
"What the ports and sockets of this machine are doing, and what they did.\n"
"\n"
"  ports         a row for each port (what it does when no command is given)\n"
"  sockets       a row for each socket, of every kind\n"
"  show PORT     all about one port, a number or the name of a service\n"
"  who           the ports and sockets of each process; or all those of a process,\n"
"                unit or container\n"
"  summary       how many sockets there are, and how near the limits are\n"
"  events        what happens, a line for each event, until Ctrl-C\n"
"  closed-doors  ports where nobody listens, and who knocked\n"
"  metrics       all that for Prometheus, as OpenMetrics text\n"
"  stats         what the kernel module itself costs\n"
"  reset         begin the history of the ports anew\n"
"\n"
"Where:\n"
"  -A, --all-netns           in all network namespaces\n"
"      --netns NAME          in that one: a name as of ip-netns(8), a PID, or a path\n"
"\n"
"Which sockets; values are lists, separated by commas:\n"
"      --protocol LIST       tcp, udp, udplite, raw, ping, unix, packet, netlink,\n"
"                            sctp, mptcp, vsock, xdp, other\n"
"  -4, -6, --family LIST     ipv4, ipv6\n"
"  -s, --state LIST          LISTEN, ESTABLISHED, TIME_WAIT, ..., in any case, or\n"
"                            connected, synchronized, listening\n"
"  -l, --listening           the same as --state listening\n"
"      --role LIST           in: to a port of ours; out: we call a port of theirs\n"
"      --port LIST           the port of the role: 80, 1-1023, http\n"
"      --local-port LIST     the local port\n"
"      --remote-port LIST    the remote port\n"
"      --local LIST          the local address: 192.0.2.1, 10.0.0.0/8, fe80::/10\n"
"      --remote LIST         the remote address\n"
"      --uid LIST            the owner, by number or name\n"
"  A WORD is a protocol, family, state, role or port without its option.\n"
"\n"
"What happened since:\n"
"      --since FILE          ports: since FILE, an earlier sockport ports --json\n"
"      --interval SECONDS    ports: again and again, what happened in between\n"
"      --count N             so many intervals or events, then end\n"
"      --type LIST           events: listen, unlisten, accept, open, fail, close,\n"
"                            closed-door, reset\n"
"\n"
"For Prometheus:\n"
"      --top N               a series for the N busiest ports (100)\n"
"      --format FORMAT       openmetrics or prometheus\n"
"      --textfile PATH       into a file for node_exporter, replaced at once\n"
"\n"
"How they are shown:\n"
"  -p, --processes           with the processes that have them open\n"
"  -J, --json                as JSON; null means unknown\n"
"  -o, --columns LIST        these columns; +LIST adds them to the usual ones\n"
"  -n, --numeric             no names of users, services and types, no units\n"
"  -H, --no-header           no names of columns\n"
"  -h, --help                this text\n"
"  -V, --version             the version\n"
"\n"
"\"-\" means unknown, or not yours to see. Exit status: 0 if all went well, 1 if\n"
"not, 2 for a command line that makes no sense.\n";

/**
 * options_help - print the help to stdout
 */
void options_help(void)
{
	fputs(help, stdout);
	puts("\nColumns of sockport ports; * shown when none are chosen, J in JSON:");
	columns_help(&port_columns, stdout);
	puts("\nColumns of sockport sockets:");
	columns_help(&socket_columns, stdout);
	puts("\nColumns of sockport events:");
	columns_help(&event_columns, stdout);
	puts("\nColumns of sockport closed-doors:");
	columns_help(&door_columns, stdout);
	puts("\nColumns of sockport who:");
	columns_help(&holder_columns, stdout);
	puts("\nColumns of sockport summary, for the sockets:");
	columns_help(&tally_columns, stdout);
	puts("\nfor the limits:");
	columns_help(&limit_columns, stdout);
	puts("\nfor the destinations:");
	columns_help(&destination_columns, stdout);
}
