// SPDX-License-Identifier: GPL-2.0
/* What is served, as OpenAPI has it: of each command its options and the schema of its JSON. */
#include <json-c/json.h>
#include <string.h>

#include "cmd/option-table.h"
#include "describe.h"

static struct json_object *text(const char *words)
{
	return json_object_new_string(words);
}

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *object_with(const char *key, struct json_object *value)
{
	struct json_object *object = json_object_new_object();

	add(object, key, value);
	return object;
}

static struct json_object *reference(const char *to)
{
	return object_with("$ref", text(to));
}

static struct json_object *parameter(const char *name, const char *in, const char *help,
				     const char *type)
{
	struct json_object *object = json_object_new_object();

	add(object, "name", text(name));
	add(object, "in", text(in));
	add(object, "description", text(help));
	if (!strcmp(in, "path"))
		add(object, "required", json_object_new_boolean(true));
	if (!strcmp(type, "boolean"))
		add(object, "allowEmptyValue", json_object_new_boolean(true));
	add(object, "schema", object_with("type", text(type)));
	return object;
}

static bool takes_expression(const struct command_row *command)
{
	return command->takes & TAKES_FILTER;
}

static bool takes(const struct command_row *command, const struct option_row *row)
{
	return row->is_served && option_is_useful(row, command->takes, command->filters);
}

static struct json_object *all_parameters(void)
{
	struct json_object *all = json_object_new_object();
	const struct option_row *row;

	add(all, "expression", parameter("expression", "query",
					 "words or an expression, as behind the command", "string"));
	for (row = option_rows; row < option_rows + option_count; row++)
		if (row->is_served && row->help)
			add(all, row->name, parameter(row->name, "query", row->help,
						      row->value ? "string" : "boolean"));
	return all;
}

/* Without what it is about, an expression would be taken for that. */
static struct json_object *parameters_of(const struct command_row *command, bool has_argument)
{
	struct json_object *list = json_object_new_array();
	const struct option_row *row;
	char path[80];

	if (has_argument)
		json_object_array_add(list, parameter("argument", "path", command->argument,
						      "string"));
	if (takes_expression(command) && (has_argument || !command->argument))
		json_object_array_add(list, reference("#/components/parameters/expression"));
	for (row = option_rows; row < option_rows + option_count; row++) {
		if (!takes(command, row))
			continue;
		snprintf(path, sizeof(path), "#/components/parameters/%s", row->name);
		json_object_array_add(list, reference(path));
	}
	return list;
}

static struct json_object *response(const char *description, const char *type,
				    struct json_object *schema)
{
	struct json_object *object = object_with("description", text(description));

	add(object, "content", object_with(type, object_with("schema", schema)));
	return object;
}

static struct json_object *responses(struct json_object *answer)
{
	static const char *const errors[][2] = {
		{ "400", "it makes no sense" },
		{ "403", "who asks may not see it" },
		{ "404", "there is no such thing" },
		{ "503", "it cannot be answered now" },
	};
	struct json_object *object = object_with("200", answer);
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		add(object, errors[i][0], response(errors[i][1], "application/json",
						   reference("#/components/schemas/error")));
	return object;
}

static struct json_object *path_of(const struct command_row *command, bool has_argument,
				   struct json_object *answer)
{
	struct json_object *get = object_with("summary", text(command->help));

	add(get, "parameters", parameters_of(command, has_argument));
	add(get, "responses", responses(answer));
	return object_with("get", get);
}

static struct json_object *answer_of(const struct command_row *command)
{
	char schema[80];

	snprintf(schema, sizeof(schema), "schema/sockport-%s.schema.json", command->name);
	return response("the answer", "application/json", reference(schema));
}

static void add_command(struct json_object *paths, const struct command_row *command)
{
	char path[80];

	snprintf(path, sizeof(path), "/api/v1/%s", command->name);
	if (!command->argument || *command->argument == '[')
		add(paths, path, path_of(command, false, answer_of(command)));
	if (!command->argument)
		return;
	strcat(path, "/{argument}");
	add(paths, path, path_of(command, true, answer_of(command)));
}

static struct json_object *string(void)
{
	return object_with("type", text("string"));
}

static struct json_object *all_paths(void)
{
	struct json_object *paths = json_object_new_object();
	struct json_object *metrics;
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (commands[i].is_served)
			add_command(paths, &commands[i]);
	metrics = response("the metrics", "text/plain", string());
	add(json_object_object_get(metrics, "content"), "application/openmetrics-text",
	    object_with("schema", string()));
	add(paths, "/metrics", path_of(&commands[COMMAND_METRICS], false, metrics));
	add(paths, "/events", path_of(&commands[COMMAND_EVENTS], false,
				      response("events as they come, each one is JSON",
					       "text/event-stream", string())));
	return paths;
}

static struct json_object *error_schema(void)
{
	struct json_object *schema = object_with("type", text("object"));

	add(schema, "properties", object_with("error", string()));
	add(schema, "additionalProperties", json_object_new_boolean(false));
	return schema;
}

/**
 * put_openapi - print what is served
 */
void put_openapi(void)
{
	struct json_object *api = object_with("openapi", text("3.1.0"));
	struct json_object *info = object_with("title", text("sockport"));
	struct json_object *components = object_with("parameters", all_parameters());

	add(info, "description", text("What sockport COMMAND --json prints, over HTTP."));
	add(info, "version", text("1"));
	add(components, "schemas", object_with("error", error_schema()));
	add(api, "info", info);
	add(api, "paths", all_paths());
	add(api, "components", components);
	puts(json_object_to_json_string_ext(api, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
}
