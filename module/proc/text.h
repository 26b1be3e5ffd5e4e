/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TEXT_H
#define SOCKPORT_TEXT_H

#include <linux/types.h>

struct seq_file;
struct sockport_detail;
struct sockport_port;
struct sockport_record;
struct user_namespace;

extern const char sockport_text_ports_head[];
extern const char sockport_text_sockets_head[];

void sockport_text_port(struct seq_file *seq, const struct sockport_port *port,
			struct user_namespace *user_ns);
void sockport_text_socket(struct seq_file *seq,
			  const struct sockport_record *rec,
			  const struct sockport_detail *detail,
			  struct user_namespace *user_ns, bool net_admin);

#endif /* SOCKPORT_TEXT_H */
