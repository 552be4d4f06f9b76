// One record of the hot loop: parsed by record.c, priced by rater.c.
#pragma once
#include <emmintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "dedupe.h"

typedef enum { CHARGEABLE, INBOUND, UNANSWERED } CallState;

typedef struct {
  __m128i digits;  // of the called number, one a byte, padded with zeros
  CallKey key;     // only with dedupe
  uint64_t account_low, account_high;
  int64_t start_second;   // since 1970, UTC
  uint32_t account_slot;  // where the search for the account begins, later where it is
  uint32_t deck_entry;    // how far the lookup has come
  uint32_t seconds;
  uint32_t day;  // since FIRST_DAY
  uint8_t digit_count, digits_8_9;
  uint8_t state;  // CallState
} Record;

// The days before the month that was seen last, by the eight bytes "YYYY-MM-".
typedef struct {
  uint64_t text;
  int64_t days;
} MonthMemory;

enum { FIELD_COUNT = 10 };

// Parses a line of ten fields: field i ends before ends[i], the first begins at `begin`. False where the line
// is malformed. Starts the memory accesses that rater.c finishes. Reads up to 16 bytes past the line.
bool parse_record(const char *text, uint32_t begin, const uint32_t ends[FIELD_COUNT], bool with_key,
                  MonthMemory *month, Record *record);
