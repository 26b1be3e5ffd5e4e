/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_KEY_H
#define TOP_KEY_H

/* Keys that are no characters. */
enum top_key {
	TOP_KEY_NONE = 0x200000,
	TOP_KEY_UP,
	TOP_KEY_DOWN,
	TOP_KEY_LEFT,
	TOP_KEY_RIGHT,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_ENTER,
	TOP_KEY_ESCAPE,
	TOP_KEY_ERASE,
	TOP_KEY_TAB,
	TOP_KEY_BACK_TAB,
};

#endif
