// SPDX-License-Identifier: GPL-2.0
#include "serve/late-microhttpd.h"

struct mhd mhd;

static const struct late_name names[] = {
	LATE_NAME(mhd, MHD_add_response_header),
	LATE_NAME(mhd, MHD_basic_auth_get_username_password),
	LATE_NAME(mhd, MHD_create_response_from_buffer),
	LATE_NAME(mhd, MHD_create_response_from_buffer_with_free_callback_cls),
	LATE_NAME(mhd, MHD_create_response_from_callback),
	LATE_NAME(mhd, MHD_destroy_response),
	LATE_NAME(mhd, MHD_free),
	LATE_NAME(mhd, MHD_get_connection_info),
	LATE_NAME(mhd, MHD_get_connection_values_n),
	LATE_NAME(mhd, MHD_is_feature_supported),
	LATE_NAME(mhd, MHD_lookup_connection_value),
	LATE_NAME(mhd, MHD_queue_response),
	LATE_NAME(mhd, MHD_quiesce_daemon),
	LATE_NAME(mhd, MHD_resume_connection),
	LATE_NAME(mhd, MHD_start_daemon),
	LATE_NAME(mhd, MHD_stop_daemon),
	LATE_NAME(mhd, MHD_suspend_connection),
};

LATE_ALL(names, mhd);

const struct late_library mhd_library = {
	.file = "libmicrohttpd.so.12", .names = names, .count = LATE_COUNT(names),
};
