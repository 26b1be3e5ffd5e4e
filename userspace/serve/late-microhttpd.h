/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVE_LATE_MICROHTTPD_H
#define SERVE_LATE_MICROHTTPD_H

#include <microhttpd.h>

#include "late.h"

/* What is used of libmicrohttpd. */
#define MICROHTTPD_NAMES(x)						\
	x(MHD_add_response_header)					\
	x(MHD_basic_auth_get_username_password)				\
	x(MHD_create_response_from_buffer)				\
	x(MHD_create_response_from_buffer_with_free_callback_cls)	\
	x(MHD_create_response_from_callback)				\
	x(MHD_destroy_response)						\
	x(MHD_free)							\
	x(MHD_get_connection_info)					\
	x(MHD_get_connection_values_n)					\
	x(MHD_is_feature_supported)					\
	x(MHD_lookup_connection_value)					\
	x(MHD_queue_response)						\
	x(MHD_quiesce_daemon)						\
	x(MHD_resume_connection)					\
	x(MHD_start_daemon)						\
	x(MHD_stop_daemon)						\
	x(MHD_suspend_connection)

MICROHTTPD_NAMES(LATE_DECLARE)

int late_microhttpd(struct failure *failure);

#endif
