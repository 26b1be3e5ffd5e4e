# SPDX-License-Identifier: GPL-2.0
# The kernel's build reads Kbuild, not this file.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
SCRIPTS := $(CURDIR)/scripts

headers := $(wildcard $(KDIR)/Makefile)

all: command $(if $(headers),module,no-module)

module:
	$(if $(headers),,$(error no kernel headers in $(KDIR): install them, or set KDIR))
	$(MAKE) -C $(KDIR) M=$(CURDIR) W=1 modules

no-module:
	@echo 'No kernel headers in $(KDIR): the module is not built.'

command:
	$(MAKE) -C userspace

lint check demo bench:
	@$(SCRIPTS)/$@ $(ARGS)

install: install-command $(if $(headers),install-module)

install-command:
	$(MAKE) -C userspace PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) install

# modules_install runs depmod unless it installs elsewhere.
install-module: module
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install

clean:
	$(MAKE) -C userspace clean
	$(if $(headers),$(MAKE) -C $(KDIR) M=$(CURDIR) clean)

help:
	@echo 'all      the command, and the module where KDIR has kernel headers (default)'
	@echo 'module   sockport.ko for the kernel of KDIR'
	@echo 'command  userspace/sockport'
	@echo 'lint     compiler warnings, sparse, checkpatch, shellcheck'
	@echo 'check    every test, in a VM (root)'
	@echo 'demo     the main job on real input (root)'
	@echo 'bench    comparisons with other tools'
	@echo 'install  the module for the kernel of KDIR, the command below PREFIX'
	@echo 'clean    what make built'
	@echo
	@echo 'KDIR=$(KDIR) PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)'
	@echo 'ARGS=... is handed to lint, check, demo and bench'

.PHONY: all module no-module command lint check demo bench install install-command \
	install-module clean help
