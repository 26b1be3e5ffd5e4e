// SPDX-License-Identifier: GPL-2.0
/*
 * The process of an event, as far as who is told may see it
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "events/event.h"
#include "netlink/reply.h"
#include "netlink/tell-process.h"
#include "owners/reader.h"

static struct task_struct *get_process(pid_t pid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_TGID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

static void see_process(struct sockport_telling *telling,
			const struct sockport_reader *reader,
			const struct sockport_event *event)
{
	struct task_struct *task = get_process(event->pid);

	if (!task)
		return;
	if (task->start_time <= event->process_since &&
	    sockport_reader_sees_task(reader, task)) {
		telling->pid = task_tgid_nr_ns(task, reader->pid_ns);
		strscpy(telling->comm, task->comm, sizeof(telling->comm));
	}
	put_task_struct(task);
}

/**
 * sockport_tell_process - tell whose an event is
 * @telling: gets the process, or none
 * @reader: who is told
 * @event: the event
 *
 * Who may not see all processes is told of one that still is there, that is the
 * one that had this number then, and that may be seen, under the number and the
 * name that it has for the reader now.
 *
 * Context: process context, with the credentials of who asked.
 */
void sockport_tell_process(struct sockport_telling *telling,
			   const struct sockport_reader *reader,
			   const struct sockport_event *event)
{
	telling->pid = 0;
	if (!(event->has & SOCKPORT_EVENT_PROCESS))
		return;
	if (!sockport_reader_sees_all(reader)) {
		see_process(telling, reader, event);
		return;
	}
	telling->pid = event->pid;
	strscpy(telling->comm, event->comm, sizeof(telling->comm));
}
