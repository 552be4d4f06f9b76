// The rate deck as a tree of decimal tables: 4, then 3, then 2 and 2 digits of the called number.
//
// A longest prefix is pushed down to every entry below it, so a lookup follows at most four entries and
// compares nothing. An entry is 0 (no rate), CHILD | node, or the index of the newest rate of the longest
// prefix there.
#pragma once
#include <stdint.h>

#define CHILD 0x80000000u

enum {
  TOP_ENTRIES = 10000,    // digits 1 to 4
  MIDDLE_ENTRIES = 1000,  // digits 5 to 7
  LOW_ENTRIES = 100,      // digits 8 and 9, then 10 and 11
  PREFIX_DIGITS_MAX = 11,
};

// 16 bytes, so that four share a cache line.
typedef struct {
  uint32_t micro_per_minute;
  uint16_t minimum_seconds, increment_seconds;
  uint8_t class_id, prefix_length;
  uint16_t from;   // index into deck_dates
  uint32_t older;  // the rate before this one; after the oldest, the shorter prefix's newest
} Rate;

extern uint32_t deck_top[TOP_ENTRIES];
extern uint32_t *deck_middle, *deck_low;
extern Rate *deck_rates;
extern int64_t deck_dates[65536];

// Reads DIRECTORY/rates.csv. Registers the classes in the order in which they first appear.
void load_deck(const char *directory);

// The rate in force at `second` among `rate` and those behind it, for a number of `digit_count` digits:
// numbers are padded with zeros for the tables, so one that is shorter than a prefix can reach its entry. 0
// where none is.
static inline uint32_t rate_in_force(uint32_t rate, int64_t second, uint32_t digit_count) {
  while (rate && (deck_dates[deck_rates[rate].from] > second || deck_rates[rate].prefix_length > digit_count))
    rate = deck_rates[rate].older;
  return rate;
}
