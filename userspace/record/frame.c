// SPDX-License-Identifier: GPL-2.0
/* Moments become frames of a file and come out of them; see format.h. */
#include "record/frame.h"

#include <stdlib.h>
#include <string.h>

#include "count/hash.h"
#include "record/late-zstd.h"

/* Of zstd. What stands alone takes long; of what differs, a good code is worth it. */
#define LEVEL_ALONE	3
#define LEVEL		16

/* Bytes in front of a block of zstd. */
#define BLOCK_HEAD	3

/**
 * struct frames - what it takes to make and read frames
 * @packs: of zstd; NULL before it is needed
 * @unpacks: of zstd
 * @streams: what a moment differs by
 * @cuts: in the last stream
 * @plain: the streams in a row
 * @frame: the whole frame
 */
struct frames {
	ZSTD_CCtx *packs;
	ZSTD_DCtx *unpacks;
	struct buffer streams[DELTA_STREAMS];
	struct buffer cuts;
	struct buffer plain;
	struct buffer frame;
};

/**
 * frames_new - begin to make or read frames
 * @failure: what went wrong
 *
 * Return: to be freed with frames_free(); NULL without memory, or without zstd.
 */
struct frames *frames_new(struct failure *failure)
{
	struct frames *frames;

	if (late_load(&zstd_library, failure))
		return NULL;
	frames = calloc(1, sizeof(*frames));
	if (frames)
		frames->unpacks = zstd.ZSTD_createDCtx();
	if (frames && frames->unpacks)
		return frames;
	free(frames);
	failure_set(failure, EXIT_RUN, "out of memory");
	return NULL;
}

static bool set_packs(struct frames *frames, ZSTD_cParameter parameter, int value)
{
	return !zstd.ZSTD_isError(zstd.ZSTD_CCtx_setParameter(frames->packs, parameter, value));
}

/* It takes a while, and who reads does without. */
static bool have_packs(struct frames *frames)
{
	if (frames->packs)
		return true;
	frames->packs = zstd.ZSTD_createCCtx();
	return frames->packs && set_packs(frames, ZSTD_c_checksumFlag, 1);
}

/**
 * frames_free - make and read no more
 * @frames: from frames_new(), or NULL
 */
void frames_free(struct frames *frames)
{
	size_t i;

	if (!frames)
		return;
	for (i = 0; i < DELTA_STREAMS; i++)
		buffer_free(&frames->streams[i]);
	buffer_free(&frames->cuts);
	buffer_free(&frames->plain);
	buffer_free(&frames->frame);
	zstd.ZSTD_freeCCtx(frames->packs);
	zstd.ZSTD_freeDCtx(frames->unpacks);
	free(frames);
}

static uint32_t sum_of(const struct record_frame *head)
{
	return hash_bytes(0, head, offsetof(struct record_frame, sum));
}

/* The streams in a row, behind their sizes. */
static bool put_plain(struct frames *frames)
{
	const struct buffer *streams = frames->streams;
	const struct record_streams sizes = {
		.steps = streams[DELTA_STEPS].size, .bytes = streams[DELTA_BYTES].size,
		.values = streams[DELTA_VALUES].size,
	};
	size_t i;

	frames->plain.size = 0;
	buffer_put(&frames->plain, &sizes, sizeof(sizes));
	for (i = 0; i < DELTA_STREAMS; i++)
		buffer_put(&frames->plain, streams[i].bytes, streams[i].size);
	return !frames->plain.failed && frames->plain.size <= RECORD_MAX;
}

static bool pack_until(struct frames *frames, ZSTD_inBuffer *from, size_t end,
		       ZSTD_EndDirective how, ZSTD_outBuffer *to)
{
	size_t left;

	from->size = end;
	left = zstd.ZSTD_compressStream2(frames->packs, to, from, how);
	return !left && from->pos == end;
}

/*
 * Behind the head of the frame, which comes last. Where values are of another sort, another block
 * of zstd begins, which has a code of its own.
 */
static size_t pack(struct frames *frames, int level)
{
	const uint32_t *cuts = (const uint32_t *)frames->cuts.bytes;
	const size_t count = frames->cuts.size / sizeof(*cuts), size = frames->plain.size;
	const size_t begin = size - frames->streams[DELTA_VALUES].size;
	const size_t head = sizeof(struct record_frame);
	/* Each block has a head; what cannot be packed stays as it is. */
	const size_t room = zstd.ZSTD_compressBound(size) + BLOCK_HEAD * count;
	ZSTD_inBuffer from = { .src = frames->plain.bytes };
	ZSTD_outBuffer to = { .size = room };
	size_t i;

	frames->frame.size = 0;
	if (!have_packs(frames) || !buffer_reserve(&frames->frame, head + room) ||
	    !set_packs(frames, ZSTD_c_compressionLevel, level) ||
	    zstd.ZSTD_isError(zstd.ZSTD_CCtx_setPledgedSrcSize(frames->packs, size)))
		return 0;
	to.dst = frames->frame.bytes + head;
	for (i = 0; i < count; i++)
		if (!pack_until(frames, &from, begin + cuts[i], ZSTD_e_flush, &to))
			return 0;
	return pack_until(frames, &from, size, ZSTD_e_end, &to) ? to.pos : 0;
}

/**
 * frame_make - make a frame
 * @frames: from frames_new()
 * @moment: number, time and interval of its head are set; the rest of the head becomes so
 * @base: an earlier moment of the same file; NULL for none
 *
 * Return: the whole frame, until another one is made; NULL without memory, or where the
 * moment is too large.
 */
const struct buffer *frame_make(struct frames *frames, struct moment *moment,
				const struct moment *base)
{
	struct record_frame *head = &moment->head;
	size_t i;

	for (i = 0; i < DELTA_STREAMS; i++)
		frames->streams[i].size = 0;
	frames->cuts.size = 0;
	if (!delta_make(moment, base, frames->streams, &frames->cuts) || !put_plain(frames))
		return NULL;
	head->magic = RECORD_FRAME_MAGIC;
	head->base = base ? base->head.number : 0;
	head->size = moment->bytes.size;
	head->whole = hash_bytes(0, moment->bytes.bytes, moment->bytes.size);
	head->packed = pack(frames, base ? LEVEL : LEVEL_ALONE);
	if (!head->packed)
		return NULL;
	head->packed_sum = hash_bytes(0, frames->frame.bytes + sizeof(*head), head->packed);
	head->sum = sum_of(head);
	memcpy(frames->frame.bytes, head, sizeof(*head));
	frames->frame.size = sizeof(*head) + head->packed;
	return &frames->frame;
}

/**
 * frame_head_good - whether something is the head of a frame
 * @head: anything
 *
 * Return: true if it is one that can be read.
 */
bool frame_head_good(const struct record_frame *head)
{
	return head->magic == RECORD_FRAME_MAGIC && head->sum == sum_of(head) && head->number &&
	       head->base < head->number && head->size <= RECORD_MAX &&
	       head->packed && head->packed <= ZSTD_COMPRESSBOUND(RECORD_MAX);
}

/**
 * frame_intact - whether the checksum of a frame is right
 * @head: of the frame, good
 * @packed: what follows it
 *
 * Return: whether it is.
 */
bool frame_intact(const struct record_frame *head, const void *packed)
{
	return head->packed_sum == hash_bytes(0, packed, head->packed);
}

/* What zstd had packed, as a whole. */
static bool unpack(struct frames *frames, const struct record_frame *head, const void *packed)
{
	const unsigned long long size = zstd.ZSTD_getFrameContentSize(packed, head->packed);
	size_t got;

	if (!frame_intact(head, packed))
		return false;
	frames->plain.size = 0;
	frames->plain.failed = false;
	/* Also larger than any size: that it is not known, or that there is an error. */
	if (size < sizeof(struct record_streams) || size > RECORD_MAX ||
	    zstd.ZSTD_findFrameCompressedSize(packed, head->packed) != head->packed ||
	    !buffer_reserve(&frames->plain, size))
		return false;
	got = zstd.ZSTD_decompressDCtx(frames->unpacks, frames->plain.bytes, size, packed,
				       head->packed);
	if (got != size)
		return false;
	frames->plain.size = size;
	return true;
}

static bool find_streams(const struct buffer *plain, struct stream streams[DELTA_STREAMS])
{
	struct stream all = { .next = plain->bytes, .left = plain->size };
	uint32_t sizes[DELTA_STREAMS];
	size_t i;

	memcpy(sizes, stream_bytes(&all, sizeof(sizes)), sizeof(sizes));
	for (i = 0; i < DELTA_STREAMS; i++) {
		streams[i] = (struct stream){ .left = sizes[i] };
		streams[i].next = stream_bytes(&all, sizes[i]);
		if (!streams[i].next)
			return false;
	}
	return !all.left;
}

/**
 * frame_take - read a moment
 * @frames: from frames_new()
 * @moment: its head is set and good; gets the messages
 * @base: the moment of its @head.base; NULL for none
 * @packed: what follows the head
 *
 * Return: false if the frame is damaged, or without memory.
 */
bool frame_take(struct frames *frames, struct moment *moment, const struct moment *base,
		const void *packed)
{
	struct stream streams[DELTA_STREAMS];

	return unpack(frames, &moment->head, packed) && find_streams(&frames->plain, streams) &&
	       delta_apply(moment, base, streams);
}

/**
 * frame_whole - whether a moment is as it was recorded
 * @moment: from frame_take()
 *
 * One that others differ from need not be asked, they would not be either.
 *
 * Return: whether its sum is right.
 */
bool frame_whole(const struct moment *moment)
{
	return moment->head.whole == hash_bytes(0, moment->bytes.bytes, moment->bytes.size);
}

static uint32_t file_sum_of(const struct record_file *head)
{
	return hash_bytes(0, head, offsetof(struct record_file, sum));
}

/**
 * file_head_make - make the head of a file
 * @head: becomes it
 * @time: milliseconds since 1970
 */
void file_head_make(struct record_file *head, uint64_t time)
{
	*head = (struct record_file){
		.order = RECORD_ORDER, .version = RECORD_VERSION, .time = time,
	};
	memcpy(head->magic, RECORD_MAGIC, sizeof(head->magic));
	head->sum = file_sum_of(head);
}

/**
 * file_head_good - whether something is the head of a file that can be read
 * @head: anything
 *
 * Return: whether it is.
 */
bool file_head_good(const struct record_file *head)
{
	return !memcmp(head->magic, RECORD_MAGIC, sizeof(head->magic)) &&
	       head->order == RECORD_ORDER && head->version == RECORD_VERSION &&
	       head->sum == file_sum_of(head);
}
