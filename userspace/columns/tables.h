/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TABLES_H
#define TABLES_H

#include "columns/column.h"

/* What is listed: the columns of each struct. */
extern const struct columns port_columns;		/* struct port_row */
extern const struct columns history_columns;		/* struct port_row, what it did */
extern const struct columns port_history_columns;	/* struct port_row, what only ports do */
extern const struct columns account_columns;		/* struct doer */
extern const struct columns socket_columns;		/* struct socket_row */
extern const struct columns info_columns;		/* struct socket_row, what TCP knows of it */
extern const struct columns control_columns;		/* struct socket_row, of congestion control */
extern const struct columns event_columns;		/* struct event_row */
extern const struct columns ended_columns;		/* struct event_row, of what ended */
extern const struct columns door_columns;		/* struct door_row */
extern const struct columns stats_columns;		/* struct stats_row */
extern const struct columns holder_columns;		/* struct holder */
extern const struct columns worker_columns;		/* struct worker_row */
extern const struct columns held_columns;		/* struct held, beside those of its socket */
extern const struct columns peer_columns;		/* struct peer */
extern const struct columns tally_columns;		/* struct tally */
extern const struct columns destination_columns;	/* struct destination */
extern const struct columns moment_columns;		/* struct recorded */
extern const struct columns limit_columns;		/* struct limit */
extern const struct columns finding_columns;		/* struct finding */
extern const struct columns measure_columns;		/* struct measure */
extern const struct columns unseen_columns;		/* struct unseen */

/* What is told once in an answer, by hand. */
extern const struct columns kill_columns;
extern const struct columns show_columns;
extern const struct columns who_columns;
extern const struct columns summary_columns;

#endif
