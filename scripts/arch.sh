# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# All that differs between architectures; sourced after lib.sh, never run. Another one than
# this machine's is built for by a cross compiler, and emulated.

# Those that source this have use for them.
# shellcheck disable=SC2034
# use_arch NAME: empty is this machine's.
use_arch()
{
	arch=$1
	case $arch in
	'')
		QEMU=qemu-system-x86_64 QEMU_PACKAGE=qemu-system-x86 MACHINE=(-machine q35 -cpu max)
		CONSOLE=ttyS0 MODULE_MAKE=() CROSS_PACKAGES=()
		# Emulated, the kernel would prefer a clock and calls that are slow.
		EMULATED='tsc=reliable nospectre_v2'
		;;
	arm64)
		# A CPU that authenticates no pointers: emulated, that is slow.
		QEMU=qemu-system-aarch64 QEMU_PACKAGE=qemu-system-arm MACHINE=(-machine virt -cpu neoverse-n1)
		CONSOLE=ttyAMA0 EMULATED=''
		TRIPLET=aarch64-linux-gnu
		MODULE_MAKE=(ARCH=arm64 CROSS_COMPILE=$TRIPLET-) CROSS_PACKAGES=("gcc-$TRIPLET")
		;;
	*)
		die "nothing is known here of the architecture $arch: arm64"
		;;
	esac
}

# From here on, apt means packages of $arch: with lists of its own, and nothing installed.
use_apt_of_arch()
{
	local dir=$CACHE/apt/$arch

	[ -n "$arch" ] || return 0
	[ "$(distro)" = debian ] && has_apt || die "packages of $arch are only known where Debian is"
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	[ -e "$dir/apt.conf" ] || {
		: >"$dir/status"
		cat >"$dir/apt.conf" <<-END
			APT::Architecture "$arch";
			APT::Architectures { "$arch"; "$(dpkg --print-architecture)"; };
			Dir::State "$dir";
			Dir::State::status "$dir/status";
			Dir::Cache "$dir";
		END
	}
	export APT_CONFIG=$dir/apt.conf
	APT_LISTS=$dir/lists
}

# The arguments for make that build programs for $arch, in the array cross.
# shellcheck disable=SC2034
use_cross_compiler()
{
	local sysroot

	cross=()
	[ -n "$arch" ] || return 0
	need_packages "${CROSS_PACKAGES[@]}"
	sysroot=$("$SCRIPTS/sysroot" "$arch")
	cross=(
		CC="$TRIPLET-gcc --sysroot=$sysroot" AR="$TRIPLET-ar"
		PKG_CONFIG="env PKG_CONFIG_SYSROOT_DIR=$sysroot PKG_CONFIG_LIBDIR=$sysroot/usr/lib/$TRIPLET/pkgconfig pkg-config"
	)
}
