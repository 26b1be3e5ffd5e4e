// SPDX-License-Identifier: GPL-2.0
/* The terminal as it was, also when we crash: what that takes is kept ready. */
#include "top/restore.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Bytes of all sequences. */
#define SEQUENCES_MAX	256

static struct termios settings;
/* Stdout may be another file when we crash. */
static int terminal = -1;
static char sequences[SEQUENCES_MAX];
static size_t size;

/**
 * restore_remember - remember how the terminal is set
 *
 * Return: false if it is none.
 */
bool restore_remember(void)
{
	terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return terminal >= 0 && !tcgetattr(terminal, &settings);
}

/**
 * restore_add - remember what has to be written to it
 * @sequence: as terminfo has it; NULL where the terminal has none
 */
void restore_add(const char *sequence)
{
	const size_t length = sequence && sequence != (const char *)-1 ? strlen(sequence) : 0;

	if (length > sizeof(sequences) - size)
		return;
	memcpy(sequences + size, sequence, length);
	size += length;
}

/* What is called here may be called in handlers of signals; see signal-safety(7). */
static void crash(int number)
{
	ssize_t ignored = write(terminal, sequences, size);

	(void)ignored;
	tcsetattr(terminal, TCSADRAIN, &settings);
	raise(number);
}

/* What is ignored stays so. */
static void handle(int number, const struct sigaction *action)
{
	struct sigaction before;

	if (!sigaction(number, NULL, &before) && before.sa_handler == SIG_IGN)
		return;
	sigaction(number, action, NULL);
}

/**
 * restore_on_crash - restore the terminal before a crash ends us, or a signal of somebody
 *
 * It then goes its way: the handler is gone when it runs.
 */
void restore_on_crash(void)
{
	static const int numbers[] = {
		SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, SIGUSR1, SIGUSR2,
		SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGIO, SIGPWR,
#ifdef SIGSTKFLT
		SIGSTKFLT,
#endif
	};
	static char stack[16384];
	const stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	const struct sigaction action = {
		.sa_handler = crash,
		.sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK,
	};
	size_t i;
	int number;

	sigaltstack(&other, NULL);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		handle(numbers[i], &action);
	for (number = SIGRTMIN; number <= SIGRTMAX; number++)
		handle(number, &action);
}
