/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SERVE_LATE_YAML_H
#define SERVE_LATE_YAML_H

#include <yaml.h>

#include "late.h"

/* What is used of libyaml, after late_load(). */
extern struct yaml {
	__typeof__(yaml_document_delete) *yaml_document_delete;
	__typeof__(yaml_document_get_node) *yaml_document_get_node;
	__typeof__(yaml_document_get_root_node) *yaml_document_get_root_node;
	__typeof__(yaml_parser_delete) *yaml_parser_delete;
	__typeof__(yaml_parser_initialize) *yaml_parser_initialize;
	__typeof__(yaml_parser_load) *yaml_parser_load;
	__typeof__(yaml_parser_set_input_file) *yaml_parser_set_input_file;
} yaml;

extern const struct late_library yaml_library;

#endif
