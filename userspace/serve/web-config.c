// SPDX-License-Identifier: GPL-2.0
/*
 * The file that says how connections are kept safe, in the form that exporters of Prometheus
 * have in common. What it asks for and is not to be had is an error: nobody should believe to be
 * safe who is not.
 */
#include "serve/web-config.h"

#include <crypt.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/late-yaml.h"

/* Nothing that it names is longer. */
#define FILE_MAX	(1024 * 1024)

/**
 * struct reader - a file that is read
 * @config: what it says
 * @path: of the file
 * @document: what is in it
 * @failure: what is wrong with it
 */
struct reader {
	struct web_config *config;
	const char *path;
	yaml_document_t document;
	struct failure *failure;
};

/**
 * struct key - a key of a mapping
 * @name: of it
 * @take: takes its value
 */
struct key {
	const char *name;
	int (*take)(struct reader *reader, const char *name, const yaml_node_t *value);
};

static int wrong(struct reader *reader, const yaml_node_t *node, const char *what,
		 const char *name)
{
	return failure_set(reader->failure, EXIT_USAGE, "%.200s, line %zu: %s '%.100s'",
			   reader->path, node->start_mark.line + 1, what, name);
}

static const char *text_of(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	return node->type == YAML_SCALAR_NODE && strlen(text) == node->data.scalar.length ?
	       text : NULL;
}

static int take_copy(struct reader *reader, const char *name, const yaml_node_t *value,
		     char **copy)
{
	const char *text = text_of(value);

	if (!text)
		return wrong(reader, value, "no text is the value of", name);
	free(*copy);
	*copy = strdup(text);
	return *copy ? 0 : failure_set(reader->failure, EXIT_RUN, "out of memory");
}

/* All that is in a mapping, key by key. */
static int take_mapping(struct reader *reader, const char *name, const yaml_node_t *mapping,
			const struct key *keys)
{
	const yaml_node_pair_t *pair;
	const yaml_node_t *node;
	const struct key *key;
	const char *text;

	if (mapping->type != YAML_MAPPING_NODE)
		return wrong(reader, mapping, "there should be keys in", name);
	for (pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top;
	     pair++) {
		node = yaml.yaml_document_get_node(&reader->document, pair->key);
		text = text_of(node);
		for (key = keys; text && key->name && strcmp(key->name, text); key++)
			;
		if (!text || !key->take)
			return wrong(reader, node, "this is not known here:", text ? text : name);
		node = yaml.yaml_document_get_node(&reader->document, pair->value);
		if (key->take(reader, text, node))
			return -1;
	}
	return 0;
}

static int add_pair(struct reader *reader, struct web_pair *pairs, size_t *count, size_t max,
		    const char *name, const yaml_node_t *value)
{
	struct web_pair *pair = &pairs[*count];

	if (*count == max)
		return wrong(reader, value, "there are too many, from here on:", name);
	++*count;
	pair->name = strdup(name);
	if (!pair->name)
		return failure_set(reader->failure, EXIT_RUN, "out of memory");
	return take_copy(reader, name, value, &pair->value);
}

/* Beside the file, unless it says where. */
static FILE *open_beside(const struct reader *reader, const char *name)
{
	const char *slash = strrchr(reader->path, '/');
	char *path = NULL;
	FILE *file;

	if (*name == '/' || !slash)
		return fopen(name, "re");
	if (asprintf(&path, "%.*s/%s", (int)(slash - reader->path), reader->path, name) < 0)
		return NULL;
	file = fopen(path, "re");
	free(path);
	return file;
}

static int take_file(struct reader *reader, const yaml_node_t *value, char **content)
{
	const char *name = text_of(value);
	FILE *file = name ? open_beside(reader, name) : NULL;
	size_t size;

	if (!file)
		return wrong(reader, value, "there is no file", name ? name : "");
	free(*content);
	*content = malloc(FILE_MAX + 1);
	size = *content ? fread(*content, 1, FILE_MAX, file) : 0;
	fclose(file);
	if (!size)
		return wrong(reader, value, "there is nothing in", name);
	(*content)[size] = 0;
	return 0;
}

static int take_cert_file(struct reader *reader, const char *name, const yaml_node_t *value)
{
	(void)name;
	return take_file(reader, value, &reader->config->certificate);
}

static int take_key_file(struct reader *reader, const char *name, const yaml_node_t *value)
{
	(void)name;
	return take_file(reader, value, &reader->config->key);
}

static bool is_version(const char *text)
{
	static const char *const versions[] = { "TLS10", "TLS11", "TLS12", "TLS13" };
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (!strcmp(versions[i], text))
			return true;
	return false;
}

static int take_version(struct reader *reader, const yaml_node_t *value, const char *name,
			char **version)
{
	if (take_copy(reader, name, value, version))
		return -1;
	return is_version(*version) ? 0 : wrong(reader, value, "this is no version:", *version);
}

static int take_min_version(struct reader *reader, const char *name, const yaml_node_t *value)
{
	return take_version(reader, value, name, &reader->config->min_version);
}

static int take_max_version(struct reader *reader, const char *name, const yaml_node_t *value)
{
	return take_version(reader, value, name, &reader->config->max_version);
}

/* Of versions the last character tells them apart. */
static char lowest_version(const struct web_config *config)
{
	return (config->min_version ? config->min_version : "TLS12")[4];
}

static char highest_version(const struct web_config *config)
{
	return (config->max_version ? config->max_version : "TLS13")[4];
}

static int take_tls(struct reader *reader, const char *name, const yaml_node_t *value)
{
	static const struct key keys[] = {
		{ "cert_file", take_cert_file }, { "key_file", take_key_file },
		{ "min_version", take_min_version }, { "max_version", take_max_version },
		{ NULL, NULL },
	};

	if (take_mapping(reader, name, value, keys))
		return -1;
	if (!reader->config->certificate || !reader->config->key)
		return wrong(reader, value, "both cert_file and key_file are needed in", name);
	if (lowest_version(reader->config) > highest_version(reader->config))
		return wrong(reader, value, "no version of TLS is left by", name);
	return 0;
}

/* A prefix of bcrypt, and then what crypt(3) checks itself. */
static bool is_hash(const char *text)
{
	return !strncmp(text, "$2", 2) && crypt_checksalt(text) != CRYPT_SALT_INVALID;
}

static int take_user(struct reader *reader, const char *name, const yaml_node_t *value)
{
	struct web_config *config = reader->config;

	if (add_pair(reader, config->users, &config->user_count, WEB_USERS_MAX, name, value))
		return -1;
	return is_hash(config->users[config->user_count - 1].value) ? 0 :
	       wrong(reader, value, "there is no hash of bcrypt for", name);
}

static int take_header(struct reader *reader, const char *name, const yaml_node_t *value)
{
	struct web_config *config = reader->config;

	return add_pair(reader, config->headers, &config->header_count, WEB_HEADERS_MAX, name,
			value);
}

/* Keys are names that somebody chose. */
static int take_users(struct reader *reader, const char *name, const yaml_node_t *value)
{
	const yaml_node_pair_t *pair;
	const char *user;

	if (value->type != YAML_MAPPING_NODE)
		return wrong(reader, value, "there should be users in", name);
	for (pair = value->data.mapping.pairs.start; pair < value->data.mapping.pairs.top;
	     pair++) {
		user = text_of(yaml.yaml_document_get_node(&reader->document, pair->key));
		if (!user || !*user || strchr(user, ':'))
			return wrong(reader, value, "this is no user:", user ? user : "");
		if (take_user(reader, user,
			      yaml.yaml_document_get_node(&reader->document, pair->value)))
			return -1;
	}
	return 0;
}

static int take_headers(struct reader *reader, const char *name, const yaml_node_t *value)
{
	static const struct key keys[] = {
		{ "Content-Security-Policy", take_header },
		{ "Strict-Transport-Security", take_header },
		{ "X-Content-Type-Options", take_header },
		{ "X-Frame-Options", take_header },
		{ "X-XSS-Protection", take_header },
		{ NULL, NULL },
	};

	return take_mapping(reader, name, value, keys);
}

/* It speaks version 1.1 of HTTP alone, which who has a newer one does as well. */
static int take_http2(struct reader *reader, const char *name, const yaml_node_t *value)
{
	const char *text = text_of(value);

	if (text && (!strcmp(text, "true") || !strcmp(text, "false")))
		return 0;
	return wrong(reader, value, "it is true or false:", name);
}

static int take_http(struct reader *reader, const char *name, const yaml_node_t *value)
{
	static const struct key keys[] = {
		{ "http2", take_http2 }, { "headers", take_headers }, { NULL, NULL },
	};

	return take_mapping(reader, name, value, keys);
}

static int take_all(struct reader *reader)
{
	static const struct key keys[] = {
		{ "tls_server_config", take_tls }, { "http_server_config", take_http },
		{ "basic_auth_users", take_users }, { NULL, NULL },
	};
	yaml_node_t *root = yaml.yaml_document_get_root_node(&reader->document);

	/* An empty file is a file that asks for nothing. */
	return root ? take_mapping(reader, "the file", root, keys) : 0;
}

static int read_file(struct reader *reader, FILE *file)
{
	yaml_parser_t parser;
	int error;

	if (late_load(&yaml_library, reader->failure))
		return -1;
	if (!yaml.yaml_parser_initialize(&parser))
		return failure_set(reader->failure, EXIT_RUN, "out of memory");
	yaml.yaml_parser_set_input_file(&parser, file);
	if (yaml.yaml_parser_load(&parser, &reader->document)) {
		error = take_all(reader);
		yaml.yaml_document_delete(&reader->document);
	} else {
		error = failure_set(reader->failure, EXIT_USAGE, "%.200s, line %zu: %s",
				    reader->path, parser.problem_mark.line + 1,
				    parser.problem ? parser.problem : "it is no YAML");
	}
	yaml.yaml_parser_delete(&parser);
	return error;
}

/**
 * web_config_read - read the file
 * @config: what it says; web_config_free() it whatever happens
 * @path: of the file
 * @failure: what is wrong with it
 *
 * Return: 0 or -1.
 */
int web_config_read(struct web_config *config, const char *path, struct failure *failure)
{
	struct reader reader = { .config = config, .path = path, .failure = failure };
	FILE *file = fopen(path, "re");
	int error;

	if (!file)
		return failure_set(failure, EXIT_RUN, "cannot read '%.200s': %s", path,
				   strerror(errno));
	error = read_file(&reader, file);
	fclose(file);
	return error;
}

/**
 * web_config_priorities - which versions of TLS are spoken
 * @config: says so
 * @text: where to put it
 * @size: of @text
 *
 * Return: @text, as GnuTLS has it.
 */
const char *web_config_priorities(const struct web_config *config, char *text, size_t size)
{
	int length = snprintf(text, size, "NORMAL:-VERS-ALL");
	char version;

	for (version = lowest_version(config); version <= highest_version(config); version++)
		length += snprintf(text + length, size - length, ":+VERS-TLS1.%c", version);
	return text;
}

/**
 * web_config_free - forget it
 * @config: as zeroed afterwards
 */
void web_config_free(struct web_config *config)
{
	size_t i;

	for (i = 0; i < config->user_count; i++) {
		free(config->users[i].name);
		free(config->users[i].value);
	}
	for (i = 0; i < config->header_count; i++) {
		free(config->headers[i].name);
		free(config->headers[i].value);
	}
	free(config->certificate);
	free(config->key);
	free(config->min_version);
	free(config->max_version);
	*config = (struct web_config){ 0 };
}
