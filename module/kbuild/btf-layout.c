// SPDX-License-Identifier: GPL-2.0
/*
 * Where members of a struct of the kernel are, by the kernel's BTF
 *
 *   btf-layout PREFIX STRUCT MEMBER... <FILE
 *
 * writes #define PREFIX with the size of the struct, and PREFIX_MEMBER with the
 * place of each member; a size of 0 if the kernel has no such struct, and a
 * place of -1. FILE is BTF, or ELF of 64 bits with a section of it, of this
 * machine's byte order. Of any other file a comment says that it has none.
 */
#include <ctype.h>
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC		0xeb9f
#define KIND_STRUCT	4

struct header {
	uint16_t	magic;
	uint8_t		version;
	uint8_t		flags;
	uint32_t	length;
	uint32_t	types;
	uint32_t	types_length;
	uint32_t	strings;
	uint32_t	strings_length;
};

struct type {
	uint32_t	name;
	uint32_t	info;
	uint32_t	size;
};

struct member {
	uint32_t	name;
	uint32_t	type;
	uint32_t	bits;
};

struct bytes {
	const char	*at;
	size_t		length;
};

/* What follows a type of each kind: so much, and for each of its parts. */
static const struct follows {
	uint8_t	once;
	uint8_t	each;
} follows[] = {
	[1]	= { .once = 4 },	/* integer */
	[2]	= {},
	[3]	= { .once = 12 },	/* array */
	[KIND_STRUCT] = { .each = 12 },
	[5]	= { .each = 12 },	/* union */
	[6]	= { .each = 8 },	/* enumeration */
	[13]	= { .each = 8 },	/* prototype */
	[14]	= { .once = 4 },	/* variable */
	[15]	= { .each = 12 },	/* section */
	[17]	= { .once = 4 },	/* tag of a declaration */
	[19]	= { .each = 12 },	/* enumeration of 64 bits */
};

static struct bytes read_all(FILE *file)
{
	size_t room = 1 << 20, length = 0;
	char *at = malloc(room);

	while (at && (length += fread(at + length, 1, room - length, file)) == room) {
		room *= 2;
		at = realloc(at, room);
	}
	if (!at)
		exit(1);
	return (struct bytes) { at, length };
}

/* Part of @of; of no length if it is not all there. */
static struct bytes part(struct bytes of, uint64_t begin, uint64_t length)
{
	if (begin > of.length || length > of.length - begin)
		return (struct bytes) {};
	return (struct bytes) { of.at + begin, length };
}

static const char *string(struct bytes strings, uint32_t at)
{
	return at < strings.length && memchr(strings.at + at, '\0', strings.length - at) ?
	       strings.at + at : "";
}

static struct bytes section(struct bytes file, const Elf64_Shdr *at)
{
	return at->sh_type == SHT_NOBITS ? (struct bytes) {} :
					   part(file, at->sh_offset, at->sh_size);
}

static struct bytes btf_of_elf(struct bytes file)
{
	const Elf64_Ehdr *elf = (const Elf64_Ehdr *)file.at;
	const Elf64_Shdr *sections;
	struct bytes table, names;
	unsigned int i;

	if (file.length < sizeof(*elf) || elf->e_ident[EI_CLASS] != ELFCLASS64)
		return (struct bytes) {};
	table = part(file, elf->e_shoff, (uint64_t)elf->e_shnum * sizeof(*sections));
	if (!table.length || elf->e_shstrndx >= elf->e_shnum)
		return (struct bytes) {};
	sections = (const Elf64_Shdr *)table.at;
	names = section(file, &sections[elf->e_shstrndx]);
	for (i = 0; i < elf->e_shnum; i++)
		if (!strcmp(string(names, sections[i].sh_name), ".BTF"))
			return section(file, &sections[i]);
	return (struct bytes) {};
}

static bool is_btf(struct bytes bytes)
{
	const struct header *header = (const struct header *)bytes.at;

	return bytes.length >= sizeof(*header) && header->magic == MAGIC && header->version == 1;
}

static unsigned int parts_of(const struct type *type)
{
	return type->info & 0xffff;
}

/* Bytes of a type; 0 if it is of a kind that we do not know. */
static size_t size_of(const struct type *type)
{
	const unsigned int kind = type->info >> 24 & 0x1f;

	if (!kind || kind > 19)
		return 0;
	return sizeof(*type) + follows[kind].once + follows[kind].each * parts_of(type);
}

/* NULL if there is none; @known turns false if types could not be read. */
static const struct type *find(struct bytes types, struct bytes strings, const char *name,
			       bool *known)
{
	const struct type *type;
	size_t at = 0, size;

	while (at + sizeof(*type) <= types.length) {
		type = (const struct type *)(types.at + at);
		size = size_of(type);
		*known = size && size <= types.length - at;
		if (!*known)
			return NULL;
		if ((type->info >> 24 & 0x1f) == KIND_STRUCT &&
		    !strcmp(string(strings, type->name), name))
			return type;
		at += size;
	}
	return NULL;
}

static long place_of(const struct type *type, struct bytes strings, const char *name)
{
	const struct member *member;
	unsigned int i;

	if (!type)
		return -1;
	member = (const struct member *)(type + 1);
	for (i = 0; i < parts_of(type); i++)
		/* With the highest bit of info there is a width above. */
		if (!strcmp(string(strings, member[i].name), name))
			return (type->info >> 31 ? member[i].bits & 0xffffff : member[i].bits) / 8;
	return -1;
}

static void tell_place(const char *prefix, const char *name, long place)
{
	printf("#define %s_", prefix);
	while (*name)
		putchar(toupper((unsigned char)*name++));
	printf(" %ld\n", place);
}

int main(int argc, char **argv)
{
	struct bytes file = read_all(stdin), btf, types, strings;
	const struct header *header;
	const struct type *type;
	bool known = true;
	int i;

	if (argc < 3)
		return 2;
	btf = is_btf(file) ? file : btf_of_elf(file);
	if (!is_btf(btf)) {
		puts("/* No BTF of the kernel was there to be asked. */");
		return 0;
	}
	header = (const struct header *)btf.at;
	types = part(btf, (uint64_t)header->length + header->types, header->types_length);
	strings = part(btf, (uint64_t)header->length + header->strings, header->strings_length);
	type = find(types, strings, argv[2], &known);
	if (!known) {
		puts("/* The kernel's BTF has types of a kind that is not known here. */");
		return 0;
	}
	printf("#define %s %u\n", argv[1], type ? type->size : 0);
	for (i = 3; i < argc; i++)
		tell_place(argv[1], argv[i], place_of(type, strings, argv[i]));
	return 0;
}
