// Sums by account, class and day: a table in open addressing for each day.
#pragma once
#include <stdint.h>

#include "dates.h"
#include "memory.h"

// One group's sums, 32 bytes. The key is account * CLASSES_MAX + class + 1; 0 where the cell is free.
typedef struct {
  uint32_t key, calls;
  uint64_t charge, seconds, billed_seconds;
} Cell;

typedef struct {
  Cell *cells;
  uint32_t mask, count;
} DayTable;

typedef struct {
  DayTable days[DAY_COUNT];
  int first_day, last_day;  // the days that have a table; last < first where none has
  uint32_t new_table_mask;  // a new day's table begins at the size that the last one grew to
} Sums;

void start_sums(Sums *sums);
void grow_table(Sums *sums, int day);

// Adds the sums of `other`, which is used up.
void merge_sums(Sums *sums, Sums *other);

static inline uint32_t cell_home(uint32_t key, uint32_t mask) { return key * 0x9E3779B1u >> 7 & mask; }

// Asks for the memory that add_to_day will need.
static inline void expect_cell(const Sums *sums, int day, uint32_t key) {
  const DayTable *table = &sums->days[day];
  if (table->cells) __builtin_prefetch(&table->cells[cell_home(key, table->mask)], 1);
}

static inline void add_to_day(Sums *sums, int day, const Cell *more) {
  DayTable *table = &sums->days[day];
  if (UNLIKELY(!table->cells || table->count * 4ull >= table->mask * 3ull)) grow_table(sums, day);
  uint32_t at = cell_home(more->key, table->mask);
  while (table->cells[at].key != more->key) {
    if (!table->cells[at].key) {
      table->cells[at] = *more;
      table->count++;
      return;
    }
    at = (at + 1) & table->mask;
  }
  Cell *cell = &table->cells[at];
  cell->calls += more->calls;
  cell->seconds += more->seconds;
  cell->billed_seconds += more->billed_seconds;
  cell->charge += more->charge;
}
