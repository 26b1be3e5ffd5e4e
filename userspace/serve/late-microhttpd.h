/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVE_LATE_MICROHTTPD_H
#define SERVE_LATE_MICROHTTPD_H

#include <microhttpd.h>

#include "late.h"

/* What is used of libmicrohttpd, after late_load(). */
extern struct mhd {
	__typeof__(MHD_add_response_header) *MHD_add_response_header;
	__typeof__(MHD_basic_auth_get_username_password) *MHD_basic_auth_get_username_password;
	__typeof__(MHD_create_response_from_buffer) *MHD_create_response_from_buffer;
	__typeof__(MHD_create_response_from_buffer_with_free_callback_cls) *MHD_create_response_from_buffer_with_free_callback_cls;
	__typeof__(MHD_create_response_from_callback) *MHD_create_response_from_callback;
	__typeof__(MHD_destroy_response) *MHD_destroy_response;
	__typeof__(MHD_free) *MHD_free;
	__typeof__(MHD_get_connection_info) *MHD_get_connection_info;
	__typeof__(MHD_get_connection_values_n) *MHD_get_connection_values_n;
	__typeof__(MHD_is_feature_supported) *MHD_is_feature_supported;
	__typeof__(MHD_lookup_connection_value) *MHD_lookup_connection_value;
	__typeof__(MHD_queue_response) *MHD_queue_response;
	__typeof__(MHD_quiesce_daemon) *MHD_quiesce_daemon;
	__typeof__(MHD_resume_connection) *MHD_resume_connection;
	__typeof__(MHD_start_daemon) *MHD_start_daemon;
	__typeof__(MHD_stop_daemon) *MHD_stop_daemon;
	__typeof__(MHD_suspend_connection) *MHD_suspend_connection;
} mhd;

extern const struct late_library mhd_library;

#endif
