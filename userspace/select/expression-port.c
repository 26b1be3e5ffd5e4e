// SPDX-License-Identifier: GPL-2.0
/* Ports of an expression: numbers, ranges and services, compared in any way. */
#include "select/expression.h"

#include <stdio.h>
#include <string.h>

#include "format/number.h"
#include "host/services.h"

/* A service can have another port in each protocol: then it is both. */
static bool service_ports(const char *name, uint32_t port[2])
{
	struct services services = { 0 };

	port[0] = services_port(&services, name, SOCKPORT_PROTOCOL_TCP);
	port[1] = services_port(&services, name, SOCKPORT_PROTOCOL_UDP);
	services_free(&services);
	if (!port[0])
		port[0] = port[1];
	if (!port[1])
		port[1] = port[0];
	return port[0];
}

/* FIRST-LAST; services may have a hyphen too, but begin with no digit then. */
static bool parse_range(const char *text, uint32_t *first, uint32_t *last)
{
	const char *hyphen = strchr(text, '-');
	char copy[NUMBER_MAX_U32 + 1];

	if (!hyphen || hyphen == text || (size_t)(hyphen - text) >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)(hyphen - text), text);
	return number_parse(copy, UINT32_MAX, first) &&
	       number_parse(hyphen + 1, UINT32_MAX, last) && *first <= *last;
}

static struct expression *equal_port(struct expression_parser *parser, unsigned int condition,
				     const char *text, size_t at)
{
	const size_t length = strlen(text);
	struct expression *test;
	uint32_t port[2];

	if (number_parse(text, UINT32_MAX, &port[0]))
		return expression_range(parser, condition, port[0], port[0], at, length);
	if (parse_range(text, &port[0], &port[1]))
		return expression_range(parser, condition, port[0], port[1], at, length);
	if (!service_ports(text, port))
		return expression_wrong(parser, at, length,
					"bad port: it is a number, a range as 1-1023, or the name of a service");
	test = expression_range(parser, condition, port[0], port[0], at, length);
	if (test && port[0] != port[1])
		test = expression_either(parser, test, expression_range(parser, condition, port[1], port[1], at,
						       length));
	return test;
}

static bool one_port(const char *text, uint32_t *port)
{
	uint32_t ports[2];

	if (number_parse(text, UINT32_MAX, port))
		return true;
	if (!service_ports(text, ports) || ports[0] != ports[1])
		return false;
	*port = ports[0];
	return true;
}

/**
 * expression_ports - make a condition about a port
 * @parser: of the expression
 * @condition: SOCKPORT_CONDITION_* of which port
 * @comparison: how it is compared
 * @value: with what: a number, range or service
 * @at: where that stands
 *
 * Return: the condition, or NULL.
 */
struct expression *expression_ports(struct expression_parser *parser, unsigned int condition,
				    enum expression_comparison comparison, const char *value,
				    size_t at)
{
	uint32_t first = 0, last = UINT32_MAX, port;
	bool none;

	if (comparison == COMPARE_EQUAL)
		return equal_port(parser, condition, value, at);
	if (!one_port(value, &port))
		return expression_wrong(parser, at, strlen(value),
					"bad port: less and greater take one number or service");
	none = (comparison == COMPARE_LESS && !port) ||
	       (comparison == COMPARE_GREATER && port == UINT32_MAX);
	if (none)
		return expression_wrong(parser, at, strlen(value), "no port is beyond this one");
	if (comparison == COMPARE_LESS || comparison == COMPARE_LESS_EQUAL)
		last = port - (comparison == COMPARE_LESS);
	else
		first = port + (comparison == COMPARE_GREATER);
	return expression_range(parser, condition, first, last, at, strlen(value));
}
