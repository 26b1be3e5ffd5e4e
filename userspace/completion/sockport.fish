# SPDX-License-Identifier: GPL-2.0
# Completion for fish. The command itself knows what may come next.

complete -c sockport -f -a '(sockport --complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
