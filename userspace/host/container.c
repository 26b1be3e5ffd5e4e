// SPDX-License-Identifier: GPL-2.0
/*
 * What containers are called: their cgroups have ids, the files that their engines keep of them
 * have names as well. No engine is asked. Most of these files are root's, so others get no name.
 */
#include "host/container.h"

#include <dirent.h>
#include <json-c/json.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count/hash.h"
#include "format/clock.h"
#include "host/file.h"

#define FILE_MAX	(16u << 20)
#define DOCKER		"/var/lib/docker/containers"
#define STORAGE		"/var/lib/containers/storage/overlay-containers"
#define STORAGE_RUN	"/run/containers/storage/overlay-containers"
#define CONTAINERD	"/run/containerd/io.containerd.runtime.v2.task"
#define KUBELET		"/var/log/containers"

/* So many names are kept, for so many milliseconds; also that there is none. */
#define KEPT		8192
#define KEPT_MS		10000

/**
 * struct kept_name - what a container is called; an item of a hash
 * @id: of it
 * @name: "" if nobody knows
 * @is_sure: its own files have been read, if there are any; not only lists of all
 */
struct kept_name {
	char id[CONTAINER_ID];
	char name[CONTAINER_NAME_MAX + 1];
	bool is_sure;
};

/* Guards what is kept, since when, and @files_root. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct hash kept;
static uint64_t kept_since;
static const char *files_root = "";

static uint32_t hash_name(const void *name)
{
	return hash_bytes(0, name, CONTAINER_ID);
}

static bool same_name(const void *left, const void *right)
{
	return !memcmp(left, right, CONTAINER_ID);
}

static const struct hash_kind kind_of_name = {
	.size = sizeof(struct kept_name), .hash = hash_name, .same = same_name,
};

/* The place of a name, the same as before if there was one; NULL if there is no room. */
static struct kept_name *keep(const char *id)
{
	struct kept_name key = { .is_sure = false };

	memcpy(key.id, id, CONTAINER_ID);
	return kept.count < KEPT ? hash_add(&kept, &kind_of_name, &key) :
				   hash_find(&kept, &kind_of_name, &key);
}

/**
 * container_set_root - where the directories of engines are, instead of in the root
 * @root: a directory; must stay
 */
void container_set_root(const char *root)
{
	pthread_mutex_lock(&lock);
	files_root = root;
	hash_free(&kept);
	kept_since = 0;
	pthread_mutex_unlock(&lock);
}

/* Of a file below the root; to be given back with json_object_put(). */
static struct json_object *read_json(const char *directory, const char *first, const char *second,
				     const char *file)
{
	struct json_object *object = NULL;
	char path[PATH_MAX];
	char *text;

	if ((size_t)snprintf(path, sizeof(path), "%s%s%s%s%s%s/%s", files_root, directory,
			     first ? "/" : "", first ? first : "", second ? "/" : "",
			     second ? second : "", file) >= sizeof(path))
		return NULL;
	text = file_read(path, FILE_MAX);
	if (text)
		object = json_tokener_parse(text);
	free(text);
	return object;
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* Longer ones are none. */
static bool set_name(char *name, const char *namespace, const char *pod, const char *container)
{
	const int length = snprintf(name, CONTAINER_NAME_MAX + 1, "%s%s%s%s%s",
				    namespace ? namespace : "", namespace ? "/" : "",
				    pod ? pod : "", pod ? "/" : "", container);

	if (length > 0 && length <= CONTAINER_NAME_MAX)
		return true;
	*name = 0;
	return false;
}

static bool find_docker(const char *id, char *name)
{
	struct json_object *object = read_json(DOCKER, id, NULL, "config.v2.json");
	const char *text = text_of(object, "Name");
	const bool found = text && set_name(name, NULL, NULL, text + (*text == '/'));

	json_object_put(object);
	return found;
}

/* As the runtime is told by who makes containers for Kubernetes, or by nerdctl(1). */
static bool find_annotations(struct json_object *spec, char *name)
{
	static const char *const keys[][3] = {
		{ "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name",
		  "io.kubernetes.cri.container-name" },
		{ "io.kubernetes.pod.namespace", "io.kubernetes.pod.name",
		  "io.kubernetes.container.name" },
		{ "", "", "nerdctl/name" },
	};
	struct json_object *annotations;
	const char *container;
	size_t i;

	if (!json_object_is_type(spec, json_type_object) ||
	    !json_object_object_get_ex(spec, "annotations", &annotations))
		return false;
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		container = text_of(annotations, keys[i][2]);
		if (container)
			return set_name(name, text_of(annotations, keys[i][0]),
					text_of(annotations, keys[i][1]), container);
	}
	return false;
}

static bool find_spec(const char *directory, const char *first, const char *second, char *name)
{
	struct json_object *spec = read_json(directory, first, second, "config.json");
	const bool found = find_annotations(spec, name);

	json_object_put(spec);
	return found;
}

/* Each namespace of containerd has a directory. */
static bool find_containerd(const char *id, char *name)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool found = false;
	DIR *directory;

	snprintf(path, sizeof(path), "%s" CONTAINERD, files_root);
	directory = opendir(path);
	while (directory && !found && (entry = readdir(directory)))
		found = *entry->d_name != '.' &&
			find_spec(CONTAINERD, entry->d_name, id, name);
	if (directory)
		closedir(directory);
	return found;
}

/* What CRI-O and Podman have in common is a list of all. */
static void list_storage(const char *file)
{
	struct json_object *list = read_json(STORAGE, NULL, NULL, file), *one, *names;
	struct kept_name *name;
	const char *id;
	size_t i;

	for (i = 0; json_object_is_type(list, json_type_array) &&
	     i < json_object_array_length(list); i++) {
		one = json_object_array_get_idx(list, i);
		id = text_of(one, "id");
		if (!id || strlen(id) != CONTAINER_ID ||
		    !json_object_object_get_ex(one, "names", &names) ||
		    !json_object_is_type(names, json_type_array) ||
		    !json_object_array_length(names))
			continue;
		names = json_object_array_get_idx(names, 0);
		name = json_object_is_type(names, json_type_string) ? keep(id) : NULL;
		if (name)
			set_name(name->name, NULL, NULL, json_object_get_string(names));
	}
	json_object_put(list);
}

/* POD_NAMESPACE_CONTAINER-ID.log: what the kubelet calls logs, which others may list, too. */
static void list_log(const char *file)
{
	const size_t length = strlen(file);
	char copy[NAME_MAX + 1], *rest = copy;
	const char *pod, *namespace;
	struct kept_name *name;

	if (length <= CONTAINER_ID + 5 || strcmp(file + length - 4, ".log") ||
	    file[length - 5 - CONTAINER_ID] != '-')
		return;
	memcpy(copy, file, length - 5 - CONTAINER_ID);
	copy[length - 5 - CONTAINER_ID] = 0;
	pod = strsep(&rest, "_");
	namespace = strsep(&rest, "_");
	name = rest ? keep(file + length - 4 - CONTAINER_ID) : NULL;
	if (name)
		set_name(name->name, namespace, pod, rest);
}

static void list_logs(void)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *directory;

	snprintf(path, sizeof(path), "%s" KUBELET, files_root);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)))
		list_log(entry->d_name);
	if (directory)
		closedir(directory);
}

/* Once for all containers, and what is listed last is known best. */
static void list_all(uint64_t now)
{
	hash_free(&kept);
	kept_since = now;
	list_logs();
	list_storage("volatile-containers.json");
	list_storage("containers.json");
}

static bool find(const char *id, char *name)
{
	return find_docker(id, name) || find_containerd(id, name) ||
	       find_spec(STORAGE_RUN, id, "userdata", name);
}

/**
 * container_name - what a container is called
 * @id: its id, CONTAINER_ID hexadecimal digits; more may follow
 * @name: where to put its name, CONTAINER_NAME_MAX + 1 bytes, any but 0; of Kubernetes
 *	NAMESPACE/POD/CONTAINER
 *
 * Return: length of the name, 0 if it is not known.
 */
size_t container_name(const char *id, char *name)
{
	const uint64_t now = clock_now_ms();
	char whole[CONTAINER_ID + 1], own[CONTAINER_NAME_MAX + 1];
	struct kept_name *one;

	memcpy(whole, id, CONTAINER_ID);
	whole[CONTAINER_ID] = 0;
	*name = 0;
	pthread_mutex_lock(&lock);
	if (!kept_since || now - kept_since > KEPT_MS)
		list_all(now);
	one = keep(id);
	if (one && !one->is_sure && find(whole, own))
		strcpy(one->name, own);
	if (one) {
		one->is_sure = true;
		strcpy(name, one->name);
	}
	pthread_mutex_unlock(&lock);
	return strlen(name);
}
