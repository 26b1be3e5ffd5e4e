# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions that the scripts share; sourced, never run.

set -eu -o pipefail
shopt -s inherit_errexit

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck disable=SC2034
TOP=$(dirname "$SCRIPTS")
CACHE=${SOCKPORT_CACHE:-${HOME:-/root}/.cache/sockport}
APT_LISTS=/var/lib/apt/lists
# Packages of which architecture are meant; empty for this machine's.
arch=''

# Both are for those that source this.
# shellcheck disable=SC2034
# What the command is built with, in Debian's words.
COMMAND_PACKAGES=(build-essential pkg-config libcrypt-dev libjson-c-dev libmicrohttpd-dev libmnl-dev
	libncurses-dev libsmartcols-dev libyaml-dev libzstd-dev zlib1g-dev)
# For what is built to be watched, by the compiler's own sanitizers.
# shellcheck disable=SC2034
SANITIZE='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	exit 1
}

# Rest of the arguments of an option that needs a value.
need_value()
{
	[ $# -ge 2 ] || die "option $1 needs a value"
}

# lock NAME COMMAND...: run COMMAND while no other script holds NAME.
lock()
{
	local name=$1 fd
	shift

	mkdir -p "$CACHE/lock"
	exec {fd}>"$CACHE/lock/$name"
	flock "$fd"
	"$@"
	exec {fd}>&-
}

# quiet NAME COMMAND...: output goes to a log, shown only if COMMAND fails.
quiet()
{
	local log=$CACHE/log/$1.log status=0
	shift

	mkdir -p "${log%/*}"
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ $status -eq 0 ] || {
		tail -n 40 "$log" >&2
		say "${0##*/}: '$*' failed (status $status), all of its output is in $log"
	}
	return $status
}

distro()
{
	(
		ID=unknown ID_LIKE='' VERSION_ID=''
		# shellcheck disable=SC1091
		[ ! -r /etc/os-release ] || . /etc/os-release
		case " $ID $ID_LIKE " in
		*' ubuntu '*)	echo ubuntu ;;
		*' debian '*)	echo debian ;;
		*)		echo "$ID" ;;
		esac
	)
}

has_apt()
{
	case $(distro) in
	debian|ubuntu)	command -v apt-get >/dev/null ;;
	*)		return 1 ;;
	esac
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root for: $*"
	fi
}

# need_root ARGUMENT...: start again as root, with the arguments of the script.
need_root()
{
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || die 'needs root'
	exec sudo ${SOCKPORT_CACHE:+SOCKPORT_CACHE="$SOCKPORT_CACHE"} \
		${SERVE_SECONDS:+SERVE_SECONDS="$SERVE_SECONDS"} \
		${TORTURE_SECONDS:+TORTURE_SECONDS="$TORTURE_SECONDS"} \
		${TORTURE_SEED:+TORTURE_SEED="$TORTURE_SEED"} "$SCRIPTS/${0##*/}" "$@"
}

apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_CONFIG="${APT_CONFIG:-}" apt-get \
		-qq -o DPkg::Lock::Timeout=600 -o APT::Sandbox::User=root "$@"
}

apt_update()
{
	say 'Fetching the package lists ...'
	quiet apt-update apt_get update
}

# apt_try NAME COMMAND...: with package lists that are missing or out of date,
# the first try fails.
apt_try()
{
	local name=$1
	shift

	quiet "$name" "$@" 2>/dev/null && return
	apt_update
	quiet "$name" "$@"
}

not_installed()
{
	# dpkg-query fails on packages that it never saw.
	printf '%s\n' "$@" | grep -vxFf <(
		dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
			sed -n 's/ installed$//p'
	) || :
}

# Nothing was fetched or installed since FILE was made.
newer_than_packages()
{
	[ "$1" -nt /var/lib/dpkg/status ] && [ "$1" -nt "$APT_LISTS" ]
}

# Install packages, by their Debian and Ubuntu names.
need_packages()
{
	local missing

	has_apt || {
		need_programs "$@"
		return
	}
	mapfile -t missing < <(not_installed "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	say "Installing ${missing[*]} ..."
	APT_CONFIG='' lock apt apt_try apt-install apt_get install -y --no-install-recommends "${missing[@]}"
}

# need_unpacked NAME PACKAGE...: those that the host does not have are unpacked in
# $CACHE/NAME/root, so that no server of theirs starts on it.
need_unpacked()
{
	lock "unpack-$1" unpack_packages "$@"
}

unpack_packages()
{
	local dir=$CACHE/$1 deb
	shift

	[ ! -e "$dir/done" ] || return 0
	say "Fetching $* ..."
	rm -rf "$dir"
	mkdir -p "$dir/debs/partial" "$dir/root"
	apt_try "download-${dir##*/}" apt_get install -y --no-install-recommends --download-only \
		-o Dir::Cache::archives="$dir/debs" "$@"
	for deb in "$dir/debs"/*.deb; do
		[ ! -e "$deb" ] || dpkg -x "$deb" "$dir/root"
	done
	rm -rf "$dir/debs"
	: >"$dir/done"
}

# The package of a browser that needs no screen; fails where there is none that can be unpacked.
browser_package()
{
	local package

	has_apt || return
	for package in chromium-headless-shell chromium; do
		[ -z "$(candidate "$package")" ] || { echo "$package"; return; }
	done
	return 1
}

offers_browser()
{
	[ -e "$CACHE/browser/done" ] || browser_package >/dev/null ||
		type -P chromium-headless-shell chromium >/dev/null
}

# Unpacked, unless it is installed; for those whom offers_browser() tells that there is one.
need_browser()
{
	local package

	package=$(browser_package) || return 0
	need_unpacked browser "$package" fonts-dejavu-core
}

# Elsewhere all we can do is to say what is missing.
need_programs()
{
	local package program missing=()

	for package; do
		program=$(program_of "$package")
		[ -z "$program" ] || command -v "$program" >/dev/null ||
			missing+=("$program (Debian: $package)")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "This distribution's packages are not known here. Please install:"
	printf '  %s\n' "${missing[@]}" >&2
	exit 1
}

program_of()
{
	case $1 in
	build-essential)	echo cc ;;
	busybox-static)		echo busybox ;;
	iproute2)		echo ss ;;
	lib*-dev|linux-*|python3-*) ;;
	kmod)			echo modprobe ;;
	nftables)		echo nft ;;
	pkg-config)		echo pkg-config ;;
	qemu-system-x86)	echo qemu-system-x86_64 ;;
	util-linux)		echo flock ;;
	xz-utils)		echo xz ;;
	*)			echo "$1" ;;
	esac
}

# What a package would be installed as; empty if no list has it.
candidate()
{
	LC_ALL=C apt-cache policy "$1" 2>/dev/null |
		sed -n 's/^  Candidate: //p' | grep -vx '(none)' || :
}

need_candidate()
{
	[ -n "$(candidate "$1")" ] || lock apt apt_update
	[ -n "$(candidate "$1")" ] || die "no package list has $1${2:+: $2}"
}

# The meta package that follows the distribution's stock kernel.
stock_meta()
{
	case $(distro) in
	debian)	echo "linux-image-${arch:-amd64}" ;;
	ubuntu)	echo linux-image-generic ;;
	*)	die "which package has this distribution's kernel is not known here: Debian or Ubuntu needed" ;;
	esac
}

# newest_stock SERIES [VARIANT]: its package, if there is one; VARIANT is rt or cloud.
newest_stock()
{
	apt-cache pkgnames linux-image-"$1" |
		grep -E "^linux-image-${1//./\\.}([.-][0-9][^-]*)*([+-][^-]*)*-${2:+$2-}(${arch:-amd64|generic})$" |
		grep -vE -- "-(${2:+un}rt|${2:+un}cloud)-" | sort -V | tail -n 1 | grep .
}

# Has the distribution a stock kernel of this series, and variant?
offers()
{
	has_apt && need_candidate "$(stock_meta)" && newest_stock "$@" >/dev/null
}

# The stock kernel's package: the newest of a series, else the distribution's own.
stock_package()
{
	local meta package series=$1

	meta=$(stock_meta)
	need_candidate "$meta"
	if [ -n "$series" ]; then
		package=$(newest_stock "$@") || :
	else
		package=$(apt-cache depends --important "$meta" |
			sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
	fi
	[ -n "$package" ] || die "no package list has a stock kernel ${series:+of series $series}"
	echo "$package"
}

default_series()
{
	local package link=$CACHE/kernel/stock

	if newer_than_packages "$link/key"; then
		package=$(<"$link/release")
	else
		package=$(stock_package '')
	fi
	grep -oE '^[0-9]+\.[0-9]+' <<<"${package#linux-image-}"
}
