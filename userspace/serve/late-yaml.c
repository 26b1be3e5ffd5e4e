// SPDX-License-Identifier: GPL-2.0
#include "serve/late-yaml.h"

LATE_LIBRARY(yaml, "libyaml-0.so.2", YAML_NAMES)
