/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_REPLY_H
#define SOCKPORT_REPLY_H

#include <linux/sched.h>
#include <linux/types.h>

struct sk_buff;
struct sockport_cgroups;
struct sockport_detail;
struct sockport_door;
struct sockport_event;
struct sockport_owners;
struct sockport_port;
struct sockport_reader;
struct sockport_record;
struct sockport_stats;
struct sockport_totals;
struct tcp_info;
struct user_namespace;

/* A message has to hold it, so a path that is longer is left out. */
#define SOCKPORT_REPLY_PATH	512

/**
 * struct sockport_answer - what a reply with a socket is made with
 * @want: mask of enum sockport_want
 * @netns: tell the network namespace
 * @reader: who gets the reply
 * @detail: detail of the socket, NULL when its record has none of it
 * @info: tcp_info of the socket, which means something when the record says so
 * @owners: who has sockets open, when @want has processes
 * @cgroups: paths of cgroups, when @want has cgroup
 */
struct sockport_answer {
	u32				want;
	bool				netns;
	const struct sockport_reader	*reader;
	const struct sockport_detail	*detail;
	const struct tcp_info		*info;
	const struct sockport_owners	*owners;
	struct sockport_cgroups		*cgroups;
};

/**
 * struct sockport_telling - what an event is told with
 * @user_ns: user namespace in which uids are told
 * @lost: how many events an event of type lost stands for, otherwise 0
 * @pid: of the process, 0 when none is told
 * @comm: its name
 * @netns: inode of the namespace, 0 when it is not told
 * @cgroup: path, or NULL
 */
struct sockport_telling {
	struct user_namespace	*user_ns;
	u64			lost;
	u32			pid;
	char			comm[TASK_COMM_LEN];
	u32			netns;
	const char		*cgroup;
};

int sockport_reply_port(struct sk_buff *skb, const struct sockport_port *port,
			struct user_namespace *user_ns,
			const struct sockport_owners *owners,
			struct sockport_cgroups *cgroups);
int sockport_reply_totals(struct sk_buff *skb, int attr,
			  const struct sockport_totals *totals, u8 protocol,
			  u64 without);
int sockport_reply_history(struct sk_buff *skb,
			   const struct sockport_port *port,
			   struct user_namespace *user_ns,
			   struct sockport_cgroups *cgroups);
int sockport_reply_socket(struct sk_buff *skb,
			  const struct sockport_record *rec,
			  const struct sockport_answer *answer);
int sockport_reply_tcp(struct sk_buff *skb, const struct sockport_record *rec,
		       const struct sockport_answer *answer);
int sockport_reply_stats(struct sk_buff *skb, struct sockport_stats *stats);
struct sockport_record
sockport_event_record(const struct sockport_event *event);
int sockport_reply_event(struct sk_buff *skb,
			 const struct sockport_event *event,
			 const struct sockport_telling *telling);
int sockport_reply_door(struct sk_buff *skb, const struct sockport_door *door,
			u32 netns);

#endif /* SOCKPORT_REPLY_H */
