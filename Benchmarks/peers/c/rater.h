// Rates whole lines into sums by account, class and day. One rater belongs to one thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "dedupe.h"
#include "record.h"
#include "structure.h"
#include "sums.h"

enum { BATCH_RECORDS = 128, LINE_BYTES_MAX = 64 << 10 };

typedef struct {
  uint64_t records, malformed, duplicates, inbound, unanswered, unknown, rated;
  uint64_t seconds, billed_seconds, charge;
} Totals;

typedef struct {
  uint32_t day;
  Cell cell;
} Update;

typedef struct {
  Totals totals;
  Sums sums;
  uint64_t *covered_seconds;  // by month and unit

  bool with_dedupe, shares_filter;
  LogChunk *log;
  Record *suspects;
  int64_t suspect_count, suspect_capacity;

  Structure structure;
  MonthMemory month;
  Record batch[BATCH_RECORDS];
  Update updates[BATCH_RECORDS];
} Rater;

// Once, before the first rater.
void prepare_months(void);
int month_of_day(int day);

Rater *new_rater(bool with_dedupe, bool shares_filter);

// Rates `length` bytes of whole lines; 64 bytes after them must be readable. A line has at most
// LINE_BYTES_MAX.
void rate_lines(Rater *rater, const char *text, size_t length);

// Decides about the suspects of all raters and rates those that are none. The raters must share one filter.
void rate_suspects(Rater *const raters[], int count);

// Adds the sums of `other`, which is used up.
void merge_rater(Rater *rater, Rater *other);
