// SPDX-License-Identifier: GPL-2.0
#include "serve/late-yaml.h"

struct yaml yaml;

static const struct late_name names[] = {
	LATE_NAME(yaml, yaml_document_delete),
	LATE_NAME(yaml, yaml_document_get_node),
	LATE_NAME(yaml, yaml_document_get_root_node),
	LATE_NAME(yaml, yaml_parser_delete),
	LATE_NAME(yaml, yaml_parser_initialize),
	LATE_NAME(yaml, yaml_parser_load),
	LATE_NAME(yaml, yaml_parser_set_input_file),
};

LATE_ALL(names, yaml);

/**
 * yaml_load - load libyaml, before anything of it is used
 * @failure: why it is not there
 *
 * Return: 0 or -1.
 */
int yaml_load(struct failure *failure)
{
	return late_load("libyaml-0.so.2", names, LATE_COUNT(names), failure);
}
