// SPDX-License-Identifier: GPL-2.0
/* Schemas of JSON. A quantity has its unit, all that a row has may be unknown. */
#include <json-c/json.h>
#include <string.h>

#include "columns/tables.h"
#include "describe.h"

#define DIALECT	"https://json-schema.org/draft/2020-12/schema"

static struct json_object *text(const char *words)
{
	return json_object_new_string(words);
}

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *must_be(const char *type)
{
	struct json_object *schema = json_object_new_object();

	add(schema, "type", text(type));
	return schema;
}

/* A type of JSON, or null. */
static struct json_object *may_be(const char *type)
{
	struct json_object *schema = json_object_new_object();
	struct json_object *types = json_object_new_array();

	json_object_array_add(types, text(type));
	json_object_array_add(types, text("null"));
	add(schema, "type", types);
	return schema;
}

static struct json_object *may_be_object(struct json_object *properties)
{
	struct json_object *schema = may_be("object");

	add(schema, "properties", properties);
	add(schema, "additionalProperties", json_object_new_boolean(false));
	return schema;
}

static struct json_object *count_of(const char *description, const char *unit)
{
	struct json_object *schema = may_be("integer");

	add(schema, "description", text(description));
	add(schema, "minimum", json_object_new_int(0));
	if (unit)
		add(schema, "unit", text(unit));
	return schema;
}

static struct json_object *text_of(const char *description)
{
	struct json_object *schema = may_be("string");

	add(schema, "description", text(description));
	return schema;
}

static struct json_object *array_of(struct json_object *items)
{
	struct json_object *schema = may_be("array");

	add(schema, "items", items);
	return schema;
}

/* The keys are not ours to list: a kernel can have states that we know by number only. */
static struct json_object *states(void)
{
	struct json_object *schema = may_be("object");

	add(schema, "additionalProperties", count_of("sockets in this state", "sockets"));
	return schema;
}

static struct json_object *process(bool with_descriptor)
{
	struct json_object *properties = json_object_new_object();

	add(properties, "pid", count_of("number of the process", NULL));
	add(properties, "comm", text_of("its name"));
	if (with_descriptor)
		add(properties, "fd", count_of("its descriptor of the socket", NULL));
	return may_be_object(properties);
}

static struct json_object *worker(void)
{
	struct json_object *properties = json_object_new_object();

	add(properties, "pid", count_of("number of the process", NULL));
	add(properties, "comm", text_of("its name"));
	add(properties, "accepts", count_of("connections that it accepted", "connections"));
	return may_be_object(properties);
}

static struct json_object *distribution(const char *of, const char *unit)
{
	struct json_object *properties = json_object_new_object();
	struct json_object *buckets;

	buckets = array_of(count_of("values in this bucket: 0, or from 2^(n - 1) to 2^n - 1",
				    "connections"));
	add(buckets, "description", text("by size of the value; later ones are 0"));
	add(properties, "count", count_of("how many values", "connections"));
	add(properties, "sum", count_of("sum of the values", unit));
	add(properties, "buckets", buckets);
	properties = may_be_object(properties);
	add(properties, "description", text(of));
	return properties;
}

static struct json_object *distributions(void)
{
	struct json_object *properties = json_object_new_object();

	add(properties, "lifetime", distribution("lifetime of connections", "microseconds"));
	add(properties, "bytes", distribution("their payload both ways", "bytes"));
	add(properties, "rtt", distribution("round trip time at the end", "microseconds"));
	add(properties, "handshake", distribution("time of the handshake", "microseconds"));
	add(properties, "rtt_now", distribution("round trip time now", "microseconds"));
	add(properties, "accept", distribution("time until accept()", "microseconds"));
	return may_be_object(properties);
}

static struct json_object *services(void)
{
	struct json_object *properties = json_object_new_object();

	add(properties, "tcp", text_of("name with TCP"));
	add(properties, "udp", text_of("name with UDP"));
	add(properties, "sctp", text_of("name with SCTP"));
	return may_be_object(properties);
}

static struct json_object *quantity(const struct column *column)
{
	const char *unit = column_unit(column);
	struct json_object *schema;

	if (!unit)
		die("neither kind nor unit of column", column->name);
	schema = may_be(strcmp(unit, "seconds") ? "integer" : "number");
	add(schema, "unit", text(unit));
	return schema;
}

static struct json_object *values_of(const struct column *column)
{
	switch (column_kind(column)) {
	case COLUMN_QUANTITY:
		return quantity(column);
	case COLUMN_NUMBER:
		return may_be("integer");
	case COLUMN_TEXT:
		return may_be("string");
	case COLUMN_BOOL:
		return may_be("boolean");
	case COLUMN_NUMBERS:
		return array_of(must_be("integer"));
	case COLUMN_TEXTS:
		return array_of(must_be("string"));
	case COLUMN_STATES:
		return states();
	case COLUMN_PROCESS:
		return process(false);
	case COLUMN_PROCESSES:
		return array_of(process(true));
	case COLUMN_WORKERS:
		return array_of(worker());
	case COLUMN_DISTRIBUTIONS:
		return distributions();
	case COLUMN_SERVICES:
		return services();
	}
	die("unknown kind of column", column->name);
	return NULL;
}

/* Nobody can ask for it. */
static bool is_for_text(const struct command_row *command, const struct column *column)
{
	return !(command->takes & TAKES_COLUMNS) &&
	       (column->flags & (COLUMN_IN_TEXT | COLUMN_IN_JSON)) == COLUMN_IN_TEXT;
}

static void add_columns(struct json_object *properties, const struct command_row *command,
			const struct columns *columns)
{
	const struct column *column;
	struct json_object *schema;
	size_t i;

	for (i = 0; (column = column_at(columns, i)); i++) {
		if (is_for_text(command, column))
			continue;
		schema = values_of(column);
		add(schema, "description", text(column->help));
		add(properties, column->name, schema);
	}
}

static struct json_object *object_of(struct json_object *properties)
{
	struct json_object *schema = must_be("object");

	add(schema, "properties", properties);
	add(schema, "additionalProperties", json_object_new_boolean(false));
	return schema;
}

static struct json_object *rows_of(struct json_object *properties)
{
	struct json_object *schema = must_be("array");

	add(schema, "items", object_of(properties));
	return schema;
}

/* Where the columns of a part go; an array has those of all its tables. */
static struct json_object *properties_of(struct json_object *parts, const char *key)
{
	struct json_object *properties, *rows;

	if (!key)
		return parts;
	if (json_object_object_get_ex(parts, key, &rows))
		return json_object_object_get(json_object_object_get(rows, "items"), "properties");
	properties = json_object_new_object();
	add(parts, key, rows_of(properties));
	return properties;
}

static struct json_object *answer_of(const struct command_row *command)
{
	struct json_object *properties = json_object_new_object();
	const struct part *part;

	if (command->columns)
		add_columns(properties, command, command->columns);
	for (part = command->parts; part < command->parts + PARTS_MAX && part->columns; part++)
		add_columns(properties_of(properties, part->key), command, part->columns);
	return command->columns && !command->lines ? rows_of(properties) : object_of(properties);
}

/**
 * put_schema - print the schema of a command's JSON
 * @command: the command; nothing is printed if it has none
 */
void put_schema(const struct command_row *command)
{
	struct json_object *schema = json_object_new_object();
	struct json_object *answer;
	char title[128];

	if (!(command->takes & TAKES_JSON))
		return;
	snprintf(title, sizeof(title), "%s sockport %s --json",
		 command->lines ? "Each line of" : "What is printed by", command->name);
	add(schema, "$schema", text(DIALECT));
	add(schema, "title", text(title));
	add(schema, "description", text(command->help));
	answer = answer_of(command);
	json_object_object_foreach(answer, key, value)
		add(schema, key, json_object_get(value));
	puts(json_object_to_json_string_ext(schema, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
}
