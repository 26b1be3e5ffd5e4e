// SPDX-License-Identifier: GPL-2.0
/*
 * The connection by which somebody works here. sshd(8) says it in the environment, which
 * sudo(8) takes away; but then it is a process that we come from that has the connection open.
 */
#include "host/session.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/file.h"

/* As IPv6 has it; false if it is no address. An interface may follow. */
static bool parse_address(uint8_t to[16], const char *text)
{
	char copy[64];

	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return false;
	copy[strcspn(copy, "%")] = 0;
	if (inet_pton(AF_INET6, copy, to) == 1)
		return true;
	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	return inet_pton(AF_INET, copy, to + 12) == 1;
}

/**
 * session_parse - understand what sshd says
 * @session: gets the ends
 * @connection: value of SSH_CONNECTION: client, its port, server, its port
 *
 * Return: whether it says anything.
 */
bool session_parse(struct session *session, const char *connection)
{
	char client[64];

	if (sscanf(connection, "%63s %hu %*s %hu", client, &session->client_port,
		   &session->server_port) != 3)
		return false;
	session->has_ssh = parse_address(session->client, client);
	return session->has_ssh;
}

/* Its parent, 0 if that is not known. Behind the name, which may have any character. */
static uint32_t parent_of(uint32_t pid)
{
	char path[32], text[512];
	const char *end;
	uint32_t parent;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (!file_read_start(path, text, sizeof(text)))
		return 0;
	end = strrchr(text, ')');
	return end && sscanf(end, ") %*c %u", &parent) == 1 ? parent : 0;
}

/**
 * session_find - find out how whoever asks came here
 * @session: becomes that
 *
 * Process 1 has everything open that it hands on, so it is left out.
 */
void session_find(struct session *session)
{
	const char *connection = getenv("SSH_CONNECTION");
	uint32_t pid = getppid();

	*session = (struct session){ 0 };
	if (connection)
		session_parse(session, connection);
	for (; pid > 1 && session->count < SESSION_ANCESTORS; pid = parent_of(pid))
		session->ancestors[session->count++] = pid;
}

/**
 * session_has_ends - whether a connection is that of the SSH session
 * @session: from session_find()
 * @remote: its remote address
 * @size: of @remote, 4 or 16 bytes
 * @remote_port: its remote port
 * @local_port: its local port
 *
 * Return: whether it is.
 */
bool session_has_ends(const struct session *session, const uint8_t *remote, uint8_t size,
		      uint32_t remote_port, uint32_t local_port)
{
	if (!session->has_ssh || remote_port != session->client_port ||
	    local_port != session->server_port)
		return false;
	return size == 16 ? !memcmp(session->client, remote, 16) :
	       size == 4 && !memcmp(session->client + 12, remote, 4);
}

/**
 * session_has_process - whether we come from a process
 * @session: from session_find()
 * @pid: the process
 *
 * Return: whether we do.
 */
bool session_has_process(const struct session *session, uint32_t pid)
{
	size_t i;

	for (i = 0; i < session->count; i++)
		if (session->ancestors[i] == pid)
			return true;
	return false;
}
