// SPDX-License-Identifier: GPL-2.0
/* Values, as text for people and as JSON: what is escaped, and how. */
#include <arpa/inet.h>
#include <locale.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/value.h"

#include "../userspace/table/escape.h"

static bool json_is(const char *text, size_t length, const char *expected)
{
	char json[256];

	*escape_json(json, text, length) = 0;
	return !strcmp(json, expected);
}

TEST(json_strings)
{
	EXPECT_TRUE(json_is("", 0, ""));
	EXPECT_TRUE(json_is("plain", 5, "plain"));
	EXPECT_TRUE(json_is("a\"b\\c/", 6, "a\\\"b\\\\c/"));
	EXPECT_TRUE(json_is("\n\0\x1f", 3, "\\u000a\\u0000\\u001f"));
	/* Controls and blanks that JSON would let pass, and what a terminal turns around by. */
	EXPECT_TRUE(json_is("\x7f\xc2\x80\xc2\x9f\xc2\xa0", 7, "\\u007f\\u0080\\u009f\\u00a0"));
	EXPECT_TRUE(json_is("\xe2\x80\xae\xf3\xa0\x81\x81", 7, "\\u202e\\udb40\\udc41"));
	EXPECT_TRUE(json_is("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9,
			    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
	/* Cut off, alone, too long, a surrogate, beyond Unicode. */
	EXPECT_TRUE(json_is("\xc3", 1, "\\ufffd"));
	EXPECT_TRUE(json_is("\xa9x", 2, "\\ufffdx"));
	EXPECT_TRUE(json_is("\xc0\x80", 2, "\\ufffd\\ufffd"));
	EXPECT_TRUE(json_is("\xed\xa0\x80", 3, "\\ufffd\\ufffd\\ufffd"));
	EXPECT_TRUE(json_is("\xf4\x90\x80\x80", 4, "\\ufffd\\ufffd\\ufffd\\ufffd"));
	EXPECT_TRUE(json_is("\xff", 1, "\\ufffd"));
}

static const enum sink_form forms[] = { SINK_TEXT, SINK_JSON };

/* Hand something over to a sink of each form; what comes out of it. */
#define EXPECT_VALUES(text, json, hand_over) do {				\
	static const char *const expected[] = { text, json };			\
	char value[256];							\
	struct sink sink;							\
	size_t i_;								\
										\
	for (i_ = 0; i_ < 2; i_++) {						\
		sink = sink_into(value, forms[i_], NULL);			\
		hand_over;							\
		*sink.to = 0;							\
		EXPECT_STREQ(expected[i_], value);				\
	}									\
} while (0)

static void put_list(struct sink *sink, bool more)
{
	value_list_begin(sink);
	value_list_item(sink);
	value_u64(sink, 0);
	value_list_item(sink);
	value_text(sink, "a,\"b");
	if (more)
		value_list_more(sink, 3);
	value_list_end(sink);
}

static void put_object(struct sink *sink)
{
	value_object_begin(sink);
	value_object_key(sink, "LISTEN");
	value_u64(sink, 2);
	value_object_key(sink, "list");
	put_list(sink, false);
	value_object_key(sink, "none");
	value_null(sink);
	value_object_end(sink);
}

TEST(values)
{
	EXPECT_VALUES("12", "12", value_u64(&sink, 12));
	EXPECT_VALUES("1", "true", value_bool(&sink, true));
	EXPECT_VALUES("0", "false", value_bool(&sink, false));
	EXPECT_VALUES("0000000a", "10", value_hex(&sink, 10));
	EXPECT_VALUES("tcp", "\"tcp\"", value_word_or_number(&sink, "tcp", 1));
	EXPECT_VALUES("77", "\"77\"", value_word_or_number(&sink, NULL, 77));
	EXPECT_VALUES("", "\"\"", value_text(&sink, ""));
	EXPECT_VALUES("0,a\\054\"b", "[0,\"a,\\\"b\"]", put_list(&sink, false));
	EXPECT_VALUES("0,a\\054\"b,+3", "[0,\"a,\\\"b\"]", put_list(&sink, true));
	EXPECT_VALUES("LISTEN:2,list:0,a\\054\"b,none:",
		      "{\"LISTEN\":2,\"list\":[0,\"a,\\\"b\"],\"none\":null}", put_object(&sink));
	EXPECT_VALUES("2K", "2048", value_bytes(&sink, 2048));
	EXPECT_VALUES("1.5s", "1500000", value_us(&sink, 1500000));
	EXPECT_VALUES("1.005", "1.005", value_seconds(&sink, 1005));
	EXPECT_VALUES("5.00", "10", value_count(&sink, 10, 2000));
	EXPECT_VALUES("10", "10", value_count(&sink, 10, 0));
	EXPECT_VALUES("350ms", "700000", value_count_us(&sink, 700000, 2000));
	EXPECT_VALUES("700ms", "700000", value_count_us(&sink, 700000, 0));
}

/* What IPv4 peers of a listener for both families are called. */
TEST(value_mapped_address)
{
	uint8_t address[16];

	inet_pton(AF_INET6, "::ffff:192.0.2.1", address);
	EXPECT_VALUES("192.0.2.1", "\"192.0.2.1\"", value_address(&sink, address, 16));
	inet_pton(AF_INET6, "::192.0.2.1", address);
	EXPECT_VALUES("::192.0.2.1", "\"::192.0.2.1\"", value_address(&sink, address, 16));
}

static bool text_is(const char *bytes, size_t length, bool utf8, int extra, const char *expected)
{
	char text[128];
	int seen = 0;

	*escape_text(text, bytes, length, utf8, &seen) = 0;
	return !strcmp(text, expected) && seen == extra;
}

TEST(texts)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	EXPECT_TRUE(text_is("", 0, true, 0, ""));
	EXPECT_TRUE(text_is("a b,c\n\x1b[2J\x7f", 11, true, 0, "a\\040b\\054c\\012\\033\\1332J\\177"));
	/* Two of three bytes of one column, one of three of two. */
	EXPECT_TRUE(text_is("\xc3\xa9\xe2\x82\xac", 5, true, 3, "\xc3\xa9\xe2\x82\xac"));
	EXPECT_TRUE(text_is("\xe6\x9c\x8d", 3, true, 1, "\xe6\x9c\x8d"));
	EXPECT_TRUE(text_is("\xc3\xa9", 2, false, 0, "\\303\\251"));
	/* Control sequence introducers, as a character and as a byte; what is cut off. */
	EXPECT_TRUE(text_is("\xc2\x9b" "2J\x9b" "2J", 7, true, 0, "\\302\\2332J\\2332J"));
	EXPECT_TRUE(text_is("\xc2\xa0x\xc2", 4, true, 0, "\\302\\240x\\302"));
	/* It turns the rest of the line around; it has no width. */
	EXPECT_TRUE(text_is("\xe2\x80\xaex", 4, true, 0, "\\342\\200\\256x"));
	EXPECT_TRUE(text_is("\xe2\x80\x8bx", 4, true, 0, "\\342\\200\\213x"));
	/* Marks are ours, where they stand for something. */
	EXPECT_TRUE(text_is("~sshd", 5, true, 0, "\\176sshd"));
	EXPECT_TRUE(text_is("?", 1, true, 0, "\\077"));
	EXPECT_TRUE(text_is("a~?", 3, true, 0, "a~?"));
	EXPECT_TRUE(text_is("-", 1, true, 0, "\\055"));
	EXPECT_TRUE(text_is("-x", 2, true, 0, "-x"));
	EXPECT_TRUE(text_is("sshd[1]", 7, true, 0, "sshd\\1331]"));
	/* A backslash is one, unless it could begin an escape. */
	EXPECT_TRUE(text_is("dev\\x2duuid", 11, true, 0, "dev\\x2duuid"));
	EXPECT_TRUE(text_is("a\\054", 5, true, 0, "a\\134054"));
}

static bool path_is(const char *name, size_t size, const char *text, const char *json)
{
	char ours[ESCAPE_JSON * 108 + 1];
	bool same;

	*escape_path(ours, (const uint8_t *)name, size) = 0;
	same = !strcmp(ours, text);
	*escape_path_json(ours, (const uint8_t *)name, size) = 0;
	return same && !strcmp(ours, json);
}

TEST(unix_names)
{
	char all[108], text[ESCAPE_JSON * 108 + 1];

	EXPECT_TRUE(path_is("/run/x.sock", 11, "/run/x.sock", "/run/x.sock"));
	EXPECT_TRUE(path_is("\0abstract\0\0", 11, "@abstract\\000\\000",
			    "@abstract\\\\000\\\\000"));
	EXPECT_TRUE(path_is("\0a@b", 4, "@a@b", "@a@b"));
	EXPECT_TRUE(path_is("\0a\0b", 4, "@a\\000b", "@a\\\\000b"));
	EXPECT_TRUE(path_is("@relative@", 10, "\\100relative@", "\\\\100relative@"));
	EXPECT_TRUE(path_is("a b\nc\\\xff\x7f", 8, "a\\040b\\012c\\134\\377\\177",
			    "a b\\u000ac\\\\134\\\\377\\u007f"));
	EXPECT_TRUE(path_is("\xc3\xa9\xfe", 3, "\\303\\251\\376", "\xc3\xa9\\\\376"));
	EXPECT_TRUE(path_is("", 0, "", ""));
	memset(all, '\xff', sizeof(all));
	EXPECT_EQ(ESCAPE_TEXT * sizeof(all),
		  escape_path(text, (uint8_t *)all, sizeof(all)) - text);
}

TEST_HARNESS_MAIN
