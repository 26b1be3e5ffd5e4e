/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATTRIBUTE_H
#define ATTRIBUTE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/netlink.h>

/*
 * A walk over the attributes of a message. libmnl calls a function for each look
 * at an attribute, which is half of the time for a row; hence this.
 *
 * Nothing is believed: lengths are checked, and an answer that does not add up
 * is malformed.
 */

/**
 * struct field - where an attribute goes
 * @offset: of the member of the row
 * @size: of the member, and of the attribute; 0 where there is none
 */
struct field {
	uint16_t offset;
	uint16_t size;
};

#define FIELD(type, member) \
	{ offsetof(struct type, member), sizeof(((struct type *)0)->member) }

/* What is left of a list of attributes. */
struct attributes {
	const struct nlattr *next;
	size_t left;
};

static inline const void *payload(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static inline size_t payload_size(const struct nlattr *attribute)
{
	return attribute->nla_len - NLA_HDRLEN;
}

static inline unsigned int type_of(const struct nlattr *attribute)
{
	return attribute->nla_type & NLA_TYPE_MASK;
}

static inline struct attributes nested(const struct nlattr *attribute)
{
	return (struct attributes){ payload(attribute), payload_size(attribute) };
}

/* Attributes behind the header of a message, which may be cut off. */
static inline struct attributes attributes_of(const struct nlmsghdr *message, size_t header)
{
	const size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(header);

	/* libmnl takes a length beyond INT_MAX for a short one. */
	if (message->nlmsg_len < skip || message->nlmsg_len > INT_MAX)
		return (struct attributes){ NULL, 1 };
	return (struct attributes){ (const void *)((const char *)message + skip),
				    message->nlmsg_len - skip };
}

static inline const struct nlattr *next_attribute(struct attributes *attributes)
{
	const struct nlattr *attribute = attributes->next;
	size_t size;

	if (attributes->left < NLA_HDRLEN || attribute->nla_len < NLA_HDRLEN ||
	    attribute->nla_len > attributes->left)
		return NULL;
	size = NLA_ALIGN(attribute->nla_len);
	attributes->left = size < attributes->left ? attributes->left - size : 0;
	attributes->next = (const void *)((const char *)attribute + size);
	return attribute;
}

/* After the last attribute there is nothing, or something is wrong. */
static inline bool at_end(const struct attributes *attributes)
{
	return !attributes->left;
}

static inline bool store(void *row, const struct field *field, const struct nlattr *attribute)
{
	char *to = (char *)row + field->offset;
	const void *from = payload(attribute);

	if (payload_size(attribute) != field->size)
		return false;
	/* Of constant sizes, memcpy() is an instruction. */
	switch (field->size) {
	case 1:
		memcpy(to, from, 1);
		break;
	case 2:
		memcpy(to, from, 2);
		break;
	case 4:
		memcpy(to, from, 4);
		break;
	default:
		memcpy(to, from, 8);
	}
	return true;
}

/* A text, with its terminating 0. */
static inline const char *text_of(const struct nlattr *attribute)
{
	const char *text = payload(attribute);

	return memchr(text, 0, payload_size(attribute)) ? text : NULL;
}

/* An IPv4 or IPv6 address, which stays in the message. */
static inline bool store_address(const uint8_t **address, uint8_t *size,
				 const struct nlattr *attribute)
{
	*address = payload(attribute);
	*size = payload_size(attribute);
	return payload_size(attribute) == 4 || payload_size(attribute) == 16;
}

#endif
