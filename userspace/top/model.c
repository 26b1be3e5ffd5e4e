// SPDX-License-Identifier: GPL-2.0
/* What a live view knows; it neither draws nor waits. */
#include "top/model.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/plan.h"
#include "format/clock.h"
#include "stop.h"

/* Words of an expression that is typed. */
#define WORDS_MAX	64
/* Of a processor, no more than one part in so many is used. */
#define COST_PART	4

/**
 * top_say - tell the user something
 * @top: the view
 * @format: of printf(3), one line
 */
void top_say(struct top *top, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(top->message, sizeof(top->message), format, values);
	va_end(values);
}

static const struct options *filter_options(const struct top *top)
{
	return *top->filter ? &top->own : top->base;
}

/* The filter is that of who said it last; all else stays. */
static void use_filter(struct top *top)
{
	const struct options *from = filter_options(top);

	top->look.options.filter = from->filter;
	top->look.options.plan = from->plan;
	top->look.options.has_filter = from->has_filter;
	look_forget(&top->look);
	top->rows = (struct place_in){ 0 };
	top->wants_look = true;
}

/**
 * top_begin - begin a live view
 * @top: the view
 * @client: the client
 * @options: what the command line says
 * @names: names of users, services, interfaces and namespaces
 */
void top_begin(struct top *top, struct client *client, const struct options *options,
	       struct names *names)
{
	memset(top, 0, sizeof(*top));
	top->base = options;
	top->sort = options->sort;
	top->look.client = client;
	top->look.names = names;
	top->look.failure = &top->failure;
	top->look.options = *options;
	session_find(&top->look.session);
	use_filter(top);
	if (look_at(&top->look, options->view, top->sort))
		top_say(top, "%s", top->failure.text);
}

/**
 * top_end - end it
 * @top: nothing of it can be used any more
 */
void top_end(struct top *top)
{
	view_look_free(&top->look);
	text_free(&top->lines);
	if (*top->filter)
		options_free(&top->own);
}

static void say_failure(struct top *top)
{
	top_say(top, "%.*s", (int)strcspn(top->failure.text, "\n"), top->failure.text);
}

/* After a failure, the module may have gone, or have come again. */
static bool is_there(struct top *top)
{
	if (client_reopen(top->look.client, &top->failure)) {
		top->away = true;
		look_forget(&top->look);
		top_say(top, "%s", top->failure.text);
		return false;
	}
	top->away = false;
	return true;
}

static int take(struct top *top)
{
	if (!view_look_take(&top->look, top->rows.first + 2 * top->page))
		return 0;
	if (top->failure.status != EXIT_USAGE && !is_there(top))
		return -1;
	say_failure(top);
	return -1;
}

static int take_again(struct top *top)
{
	if (top->away && !is_there(top))
		return -1;
	return take(top);
}

static int take_all(struct top *top)
{
	int error = take_again(top);

	/* It may have been loaded anew between two looks. */
	if (error && !top->away && top->failure.status != EXIT_USAGE)
		error = take(top);
	if (!error && top->failed)
		*top->message = 0;
	top->failed = error;
	if (!error && top->mode == MODE_TEXT && top->refresh)
		error = top_refresh(top);
	return error;
}

static uint64_t processor_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * MS_PER_S * US_PER_MS + used.tv_nsec / NS_PER_US;
}

/**
 * top_take - look again
 * @top: the view; where that fails, it says why
 *
 * Return: 0 or -1.
 */
int top_take(struct top *top)
{
	const uint64_t used = processor_us();
	int error;

	top->tried = stop_clock_ms();
	top->wants_look = false;
	error = take_all(top);
	top->cost = processor_us() - used;
	return error;
}

/**
 * top_interval - how long it is from one look to the next
 * @top: the view
 *
 * Return: milliseconds; more than was asked for where a look takes long, so that no more than a
 * quarter of a processor is used.
 */
uint32_t top_interval(const struct top *top)
{
	const uint32_t wanted = top->base->interval ? top->base->interval : TOP_INTERVAL;
	const uint64_t least = top->cost * COST_PART / US_PER_MS;

	return least > wanted ? least : wanted;
}

/**
 * top_next - when to look again
 * @top: the view
 *
 * Return: on the clock of stop_clock_ms(); 0 for never.
 */
uint64_t top_next(const struct top *top)
{
	if (top->wants_look)
		return stop_clock_ms();
	return top->paused ? 0 : top->tried + top_interval(top);
}

/**
 * top_view - show another view
 * @top: the live view
 * @view: which
 */
void top_view(struct top *top, enum view view)
{
	top->sort = NULL;
	top->left = 0;
	top->rows = (struct place_in){ 0 };
	top->mode = MODE_ROWS;
	*top->message = 0;
	memset(top->widths, 0, sizeof(top->widths));
	look_at(&top->look, view, NULL);
	top->wants_look = true;
}

/**
 * top_sort - order rows by a column
 * @top: the live view
 * @column: its name, which must stay
 */
void top_sort(struct top *top, const char *column)
{
	top->sort = column;
	top->rows = (struct place_in){ 0 };
	look_at(&top->look, top->look.view, column);
	top->wants_look = true;
}

/**
 * top_reverse - order rows the other way round
 * @top: the live view
 */
void top_reverse(struct top *top)
{
	top->look.options.reverse = !top->look.options.reverse;
	top_sort(top, top->sort);
}

/* The place in an expression has no room. */
/**
 * top_namespaces - show all network namespaces, or the one that was asked about
 * @top: the live view
 */
void top_namespaces(struct top *top)
{
	const bool all = !top->look.options.all_netns;

	if (top->base->netns) {
		top_say(top, "the command line asks about one network namespace");
		return;
	}
	top->failure = (struct failure){ 0 };
	top->look.options.all_netns = all;
	if (plan_resolve(&top->look.options, top->look.names, &top->failure)) {
		top->look.options.all_netns = !all;
		say_failure(top);
		return;
	}
	client_ask_netns(top->look.client, -1, all);
	look_forget(&top->look);
	top_view(top, top->look.view);
}

/* Words of a text, as the command line would have them; no options. */
static int parse(struct options *options, char *text, struct failure *failure)
{
	char *words[WORDS_MAX + 4] = { "sockport", "sockets", "--" };
	char *rest = text, *word;
	int count = 3;

	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		if (count == WORDS_MAX + 3)
			return failure_set(failure, EXIT_USAGE, "too many words");
		words[count++] = word;
	}
	optind = 0;
	if (options_parse(options, count, words, failure))
		return -1;
	if (options->netns)
		return failure_set(failure, EXIT_USAGE,
				   "another network namespace is asked about with --netns");
	return 0;
}

static int read_filter(struct top *top, struct options *options, char *words)
{
	top->failure = (struct failure){ 0 };
	if (parse(options, words, &top->failure))
		return -1;
	options->all_netns = top->look.options.all_netns;
	return plan_resolve(options, top->look.names, &top->failure);
}

/**
 * top_filter - show what matches alone
 * @top: the live view
 * @text: words or an expression, as behind the command; empty for those of the command line
 *
 * Return: 0; or -1, then nothing changed.
 */
int top_filter(struct top *top, const char *text)
{
	struct options options = { 0 }, old = top->own;
	const bool had = *top->filter;
	char words[TOP_INPUT_MAX];

	text += strspn(text, " \t");
	snprintf(words, sizeof(words), "%s", text);
	if (*text && read_filter(top, &options, words)) {
		options_free(&options);
		say_failure(top);
		return -1;
	}
	snprintf(top->filter, sizeof(top->filter), "%s", text);
	top->own = options;
	use_filter(top);
	if (had)
		options_free(&old);
	*top->message = 0;
	return 0;
}

/**
 * top_chosen - the row that is chosen
 * @top: the live view
 *
 * Return: it, until the next look; NULL where there is none.
 */
const struct top_row *top_chosen(const struct top *top)
{
	if (top->rows.chosen >= top_rows_count(&top->look.rows))
		return NULL;
	return top_rows_at(&top->look.rows, top->rows.chosen);
}
