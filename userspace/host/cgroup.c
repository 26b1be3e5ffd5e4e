// SPDX-License-Identifier: GPL-2.0
/*
 * Which unit or container a control group belongs to, by the names that systemd
 * and container engines give their groups; see systemd.unit(5).
 */
#include "host/cgroup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "host/container.h"
#include "host/file.h"

/* A part of a path, or what is left of it when the decoration is off. */
struct part {
	const char *text;
	size_t length;
};

static bool ends_with(const struct part *part, const char *suffix)
{
	const size_t length = strlen(suffix);

	return part->length > length &&
	       !memcmp(part->text + part->length - length, suffix, length);
}

static bool is_unit(const struct part *part)
{
	return ends_with(part, ".service") || ends_with(part, ".scope") ||
	       ends_with(part, ".slice");
}

static struct part without_suffix(const struct part *part)
{
	struct part stem = *part;

	while (is_unit(part) && stem.text[--stem.length] != '.')
		;
	return stem;
}

static bool strip_prefix(struct part *part, const char *prefix)
{
	const size_t length = strlen(prefix);

	if (part->length <= length || memcmp(part->text, prefix, length))
		return false;
	part->text += length;
	part->length -= length;
	return true;
}

static bool is_id(const struct part *part)
{
	size_t i;

	for (i = 0; i < part->length; i++)
		if (!isdigit((unsigned char)part->text[i]) &&
		    (part->text[i] < 'a' || part->text[i] > 'f'))
			return false;
	return part->length == CONTAINER_ID;
}

/* The id alone (Docker, Kubernetes), or in a scope of systemd's; or LXC's own form. */
static bool is_container(const struct part *part, struct part *name)
{
	static const char *const prefixes[] = {
		"docker-", "libpod-", "cri-containerd-", "crio-",
	};
	size_t i;

	*name = *part;
	if (strip_prefix(name, "lxc.payload."))
		return true;
	*name = without_suffix(part);
	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strip_prefix(name, prefixes[i]))
			break;
	return is_id(name);
}

/* The first part of a path; false if there is none. @path is set behind it. */
static bool next_part(const char **path, struct part *part)
{
	while (**path == '/')
		++*path;
	part->text = *path;
	part->length = strcspn(*path, "/");
	*path += part->length;
	return part->length;
}

/*
 * What people call it: of an id the beginning, which also keeps a container from being called as
 * a unit is. Nothing where there is no room.
 */
static size_t put_shown(char *to, size_t room, const struct part *part)
{
	char called[CONTAINER_NAME_MAX + 1];
	size_t length = 0;
	struct part name;

	if (!is_container(part, &name)) {
		name = *part;
	} else if (is_id(&name)) {
		name.length = CONTAINER_SHOWN;
		length = container_name(name.text, called);
	}
	if (length && length + 1 + name.length <= room) {
		memcpy(to, called, length);
		to[length++] = ':';
	} else {
		length = 0;
	}
	if (length + name.length > room)
		return 0;
	memcpy(to + length, name.text, name.length);
	return length + name.length;
}

static bool is_slice(const struct part *part)
{
	return ends_with(part, ".slice");
}

static bool is_named(const struct part *part)
{
	struct part name;

	return is_container(part, &name) || (is_unit(part) && !is_slice(part));
}

/*
 * The first unit or container of a path, and the first one below that. Who owns the first can
 * make any group below it, so what stands there is only what that one says. @outer is the last
 * of the slices if there is nothing else.
 */
static bool find_units(const char *path, struct part *outer, struct part *inner)
{
	struct part part;
	bool found = false;

	*inner = (struct part){ 0 };
	*outer = (struct part){ 0 };
	while (next_part(&path, &part)) {
		if (found && is_named(&part)) {
			*inner = part;
			break;
		}
		if (!found && (is_named(&part) || is_slice(&part)))
			*outer = part;
		found = found || is_named(&part);
	}
	return outer->length;
}

/*
 * A program of a user's desktop: such names are for what a user's own manager starts, no unit of
 * the system has one.
 */
static bool is_app(const struct part *outer, const struct part *inner)
{
	struct part user = *outer, app = *inner;

	return ends_with(outer, ".service") && strip_prefix(&user, "user@") &&
	       strip_prefix(&app, "app-");
}

/* Behind a slash what is in it, if anything is and there is room. Returns the length. */
static size_t put_both(char *unit, const struct part *outer, const struct part *inner)
{
	size_t length = put_shown(unit, UNIT_MAX, outer), more;

	if (length && inner->length && length + 1 < UNIT_MAX) {
		more = put_shown(unit + length + 1, UNIT_MAX - length - 1, inner);
		if (more)
			unit[length] = '/';
		length += more ? 1 + more : 0;
	}
	unit[length] = 0;
	return length;
}

/**
 * cgroup_unit - which unit or container a control group belongs to
 * @path: of the group
 * @unit: where to put its name, UNIT_MAX + 1 bytes; terminated by 0, empty if the
 *	path tells none
 *
 * As systemd has it, that is the first part of the path that is a unit but no slice; a container
 * is shown by the beginning of its id, as container engines do, behind its name and a colon if
 * that is known. Behind a slash follows what that one calls its own, as
 * "user@1000.service/web.service"; a program of a user's desktop needs no more than its own name,
 * which begins with "app-". What only looks like a decoration stays.
 *
 * Return: length of the name.
 */
size_t cgroup_unit(const char *path, char *unit)
{
	struct part outer, inner;

	*unit = 0;
	if (!find_units(path, &outer, &inner))
		return 0;
	if (is_app(&outer, &inner)) {
		outer = inner;
		inner.length = 0;
	}
	return put_both(unit, &outer, &inner);
}

/**
 * cgroup_container - which container a control group belongs to
 * @path: of the group
 * @name: where to put its name, UNIT_MAX + 1 bytes; terminated by 0, empty if it is none
 *
 * One that is in a unit stands behind that: who owns the unit can call a group as any container's
 * is called.
 *
 * Return: length of the name, as cgroup_unit() shows it.
 */
size_t cgroup_container(const char *path, char *name)
{
	struct part part, id, outer = { 0 };

	*name = 0;
	while (next_part(&path, &part)) {
		if (is_container(&part, &id))
			return outer.length ? put_both(name, &outer, &part) :
					      put_both(name, &part, &outer);
		if (!outer.length && is_named(&part))
			outer = part;
	}
	return 0;
}

static bool equals(const struct part *part, const char *word)
{
	return part->length == strlen(word) && !memcmp(part->text, word, part->length);
}

/* All of the name, or in Kubernetes that of its namespace, pod or container. */
static bool is_called(const struct part *id, const char *word)
{
	char name[CONTAINER_NAME_MAX + 1], *rest = name, *part;

	if (!container_name(id->text, name))
		return false;
	if (!strcmp(name, word))
		return true;
	while ((part = strsep(&rest, "/")))
		if (*part && !strcmp(part, word))
			return true;
	return false;
}

static bool part_matches(const struct part *part, const char *word)
{
	const struct part stem = without_suffix(part);
	const size_t length = strlen(word);
	struct part name;

	if (equals(part, word) || equals(&stem, word))
		return true;
	if (!is_container(part, &name))
		return false;
	if (equals(&name, word))
		return true;
	if (!is_id(&name))
		return false;
	return (length >= CONTAINER_SHOWN && length < CONTAINER_ID &&
		!memcmp(name.text, word, length)) || is_called(&name, word);
}

/**
 * cgroup_matches - whether a word names the control group of a unit or container
 * @path: of the group
 * @word: a part of the path, up to the unit or container that cgroup_unit() names; a unit may be
 *	without its suffix, a container's id may be cut to 12 digits or more, or be its name;
 *	or all that cgroup_unit() names
 *
 * Return: true if it does.
 */
bool cgroup_matches(const char *path, const char *word)
{
	char unit[UNIT_MAX + 1];
	const char *rest = path;
	struct part part;

	if (cgroup_unit(path, unit) && !strcmp(unit, word))
		return true;
	while (next_part(&rest, &part)) {
		if (part_matches(&part, word))
			return true;
		if (is_named(&part))
			return false;
	}
	return false;
}

/**
 * cgroup_may_hold - whether a word may name a control group below another one
 * @path: of the other one
 * @word: as for cgroup_matches()
 *
 * Return: false where it names none, whatever those below are called.
 */
bool cgroup_may_hold(const char *path, const char *word)
{
	struct part outer, inner, app = { word, strlen(word) };
	char unit[UNIT_MAX + 1];
	size_t length;

	if (cgroup_matches(path, word) || !find_units(path, &outer, &inner) || !is_named(&outer))
		return true;
	if (is_app(&outer, &app))
		return true;
	length = put_both(unit, &outer, &(struct part){ 0 });
	return !strncmp(unit, word, length) && word[length] == '/';
}

/* HIERARCHY:CONTROLLERS:PATH, see cgroups(7). */
static const char *path_of_line(const char *line, bool *is_systemd)
{
	const char *controllers = strchr(line, ':');
	const char *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!path)
		return NULL;
	*is_systemd = !strncmp(controllers, "::", 2) || !strncmp(controllers, ":name=systemd:", 14);
	return path + 1;
}

/**
 * cgroup_of_process - the control group that a process is in
 * @pid: the process
 * @path: where to put it, terminated by 0
 * @size: of @path
 *
 * Of several hierarchies it is that of version 2, or of systemd, if it says
 * anything.
 *
 * Return: whether it could be read.
 */
bool cgroup_of_process(uint32_t pid, char *path, size_t size)
{
	char name[32], text[2 * CGROUP_MAX];
	const char *found, *best = NULL;
	char *rest = text, *line;
	bool is_systemd;

	snprintf(name, sizeof(name), "/proc/%u/cgroup", pid);
	if (!file_read_start(name, text, sizeof(text)))
		return false;
	while ((line = strsep(&rest, "\n"))) {
		found = path_of_line(line, &is_systemd);
		if (found && (!best || !best[1] || (is_systemd && found[1])))
			best = found;
	}
	return best && (size_t)snprintf(path, size, "%s", best) < size;
}
