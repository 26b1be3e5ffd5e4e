#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A systemd of its own, that knows no other units than those in WORK/units, as process 1 of new
# namespaces: manager.sh WORK MODULE COMMAND. What it makes is on file systems that go with it.

set -eu

work=$1 module=$2 command=$3
modules=/lib/modules/$(uname -r)

# An empty one for each place, but where something is bound to it.
make_mounts()
{
	local each

	mount --make-rprivate /
	mount -t proc proc /proc
	for each in /run /var/lib /var/log /usr/local/bin "$modules" /lib/systemd/system-generators; do
		mkdir -p "$each"
		mount -t tmpfs -o mode=755 tmpfs "$each"
	done
	mkdir /var/lib/systemd
	mount --bind "$work/units" /etc/systemd/system
}

install_project()
{
	cp "$command" /usr/local/bin/sockport
	cp "$module" "$modules/sockport.ko"
	depmod
}

# The group where it begins is the root of all that it makes; nobody else may be in it.
case ${IN_GROUP:-} in
'')
	echo 0 >"/sys/fs/cgroup/sockport-units/cgroup.procs"
	IN_GROUP=yes exec unshare --cgroup "$0" "$@"
	;;
esac
make_mounts
install_project
umount /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec env -i PATH="$PATH" container=sockport SYSTEMD_UNIT_PATH=/etc/systemd/system \
	/lib/systemd/systemd --system --unit=basic.target --show-status=no \
	--default-standard-output=null --default-standard-error=null
