/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who started whom is followed for so long. */
#define SESSION_ANCESTORS	32

/**
 * struct session - how whoever asks came to this machine
 * @has_ssh: @client, @client_port and @server_port are known
 * @client: where the SSH session comes from, as IPv6 has it
 * @client_port: the port there
 * @server_port: the port here
 * @ancestors: the processes that we come from, our parent first
 * @count: how many there are
 */
struct session {
	bool has_ssh;
	uint8_t client[16];
	uint16_t client_port;
	uint16_t server_port;
	uint32_t ancestors[SESSION_ANCESTORS];
	size_t count;
};

void session_find(struct session *session);
bool session_parse(struct session *session, const char *connection);
bool session_has_ends(const struct session *session, const uint8_t *remote, uint8_t size,
		      uint32_t remote_port, uint32_t local_port);
bool session_has_process(const struct session *session, uint32_t pid);

#endif
