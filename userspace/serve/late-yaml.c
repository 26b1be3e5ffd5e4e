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

const struct late_library yaml_library = {
	.file = "libyaml-0.so.2", .names = names, .count = LATE_COUNT(names),
};
