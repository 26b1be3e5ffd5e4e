# SPDX-License-Identifier: GPL-2.0
# What the command is linked with; for all that builds it or parts of it.
# COMMAND is its directory, OUTPUT where objects go.

PKG_CONFIG ?= pkg-config

LIBRARIES := json-c libmnl smartcols
# FOLDER:LIBRARY,..., of folders that can be left out. Without its libraries it is, and the command
# says so when it is asked. These are loaded when they are needed, see late.h, but for LINKED.
OPTIONAL := record:libzstd serve:libmicrohttpd,zlib,yaml-0.1,libcrypt top:ncursesw

LINKED := libcrypt

find_library = $(shell $(PKG_CONFIG) --exists $(1) && echo found)
library_of = $(lastword $(subst :, ,$(1)))
folder_of = $(firstword $(subst :, ,$(1)))

WITHOUT ?= $(foreach each,$(OPTIONAL),$(if $(call find_library,$(call library_of,$(each))),,\
	$(call folder_of,$(each))))
WITHOUT := $(strip $(WITHOUT))
found := $(foreach each,$(OPTIONAL),$(if $(filter $(call folder_of,$(each)),$(WITHOUT)),,\
	$(call library_of,$(each))))

command_sources := $(filter-out $(WITHOUT:%=$(COMMAND)/%/%.c),$(sort \
	$(wildcard $(COMMAND)/*.c $(COMMAND)/*/*.c)))
command_sources := $(command_sources:$(COMMAND)/%=%)
command_cppflags = $(foreach each,$(WITHOUT),-DWITHOUT_$(shell echo $(each) | tr a-z A-Z)) \
	$(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(found))
comma := ,
linked := $(filter $(LINKED),$(subst $(comma), ,$(found)))
command_libraries = $(shell $(PKG_CONFIG) --libs $(LIBRARIES) $(linked)) -pthread -ldl

# Another choice makes other objects.
$(OUTPUT)/without: FORCE
	@mkdir -p $(@D)
	@echo '$(WITHOUT)' | cmp -s - $@ || echo '$(WITHOUT)' >$@

FORCE:
.PHONY: FORCE
