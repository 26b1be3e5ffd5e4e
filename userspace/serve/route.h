/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ROUTE_H
#define ROUTE_H

#include <microhttpd.h>

enum MHD_Result route_request(void *data, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **context);
void route_completed(void *data, struct MHD_Connection *connection, void **context,
		     enum MHD_RequestTerminationCode why);

#endif
