# SPDX-License-Identifier: GPL-2.0
# Completion for bash. The command itself knows what may come next.

_sockport()
{
	local word=${COMP_WORDS[COMP_CWORD]} prefix=

	# Of a list, the last part.
	case $word in
	*,*)	prefix=${word%,*}, ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$prefix" -W \
		"$(sockport --complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${word##*,}")
}

complete -o default -F _sockport sockport
