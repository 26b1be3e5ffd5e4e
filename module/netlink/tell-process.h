/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TELL_PROCESS_H
#define SOCKPORT_TELL_PROCESS_H

struct sockport_event;
struct sockport_reader;
struct sockport_telling;

void sockport_tell_process(struct sockport_telling *telling,
			   const struct sockport_reader *reader,
			   const struct sockport_event *event);

#endif /* SOCKPORT_TELL_PROCESS_H */
