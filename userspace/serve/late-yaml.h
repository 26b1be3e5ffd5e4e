/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVE_LATE_YAML_H
#define SERVE_LATE_YAML_H

#include <yaml.h>

#include "late.h"

/* What is used of libyaml. */
#define YAML_NAMES(x)							\
	x(yaml_document_delete)						\
	x(yaml_document_get_node)					\
	x(yaml_document_get_root_node)					\
	x(yaml_parser_delete)						\
	x(yaml_parser_initialize)					\
	x(yaml_parser_load)						\
	x(yaml_parser_set_input_file)

YAML_NAMES(LATE_DECLARE)

int late_yaml(struct failure *failure);

#endif
