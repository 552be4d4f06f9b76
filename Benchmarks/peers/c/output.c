#include "output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "memory.h"

enum { BUFFER_BYTES = 1 << 20, ROW_BYTES_MAX = 4096 };

// A buffered file.
typedef struct {
  int file;
  char *buffer, *at;
} Writer;

static Writer create(const char *directory, const char *name, const char *header) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (file < 0) fail(path);
  char *buffer = malloc(BUFFER_BYTES + ROW_BYTES_MAX);
  return (Writer){file, buffer, stpcpy(buffer, header)};
}

static void flush(Writer *writer) {
  for (char *from = writer->buffer; from < writer->at;) {
    ssize_t count = write(writer->file, from, writer->at - from);
    if (count <= 0) fail("cannot write the results");
    from += count;
  }
  writer->at = writer->buffer;
}

static void finish(Writer *writer) {
  flush(writer);
  if (close(writer->file)) fail("cannot write the results");
  free(writer->buffer);
}

static inline void put_text(Writer *writer, const char *text, char after) {
  writer->at = stpcpy(writer->at, text);
  *writer->at++ = after;
}

static inline void put_number(Writer *writer, uint64_t value, char after) {
  char digits[20];
  int from = sizeof digits;
  do digits[--from] = '0' + value % 10;
  while (value /= 10);
  memcpy(writer->at, digits + from, sizeof digits - from);
  writer->at += sizeof digits - from;
  *writer->at++ = after;
}

static inline void end_row(Writer *writer) {
  writer->at[-1] = '\n';
  if (writer->at - writer->buffer > BUFFER_BYTES) flush(writer);
}

// One group of an account, in the order of class rank and day.
typedef struct {
  uint32_t order;  // class rank * 65,536 + days since the first
  uint32_t calls;
  uint64_t seconds, billed_seconds, charge;
} Row;

typedef struct {
  uint32_t order, row;
} SortKey;

static int compare_keys(const void *left, const void *right) {
  uint32_t a = ((const SortKey *)left)->order, b = ((const SortKey *)right)->order;
  return a < b ? -1 : a > b;
}

// Accounts have few rows as a rule, which insertion sorts fastest.
static void sort_keys(SortKey *keys, uint32_t count) {
  if (count > 48) {
    qsort(keys, count, sizeof *keys, compare_keys);
    return;
  }
  for (uint32_t i = 1; i < count; i++) {
    SortKey key = keys[i];
    uint32_t at = i;
    for (; at && keys[at - 1].order > key.order; at--) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

#define FOR_EACH_CELL(sums, day, cell)                                             \
  for (int day = (sums)->first_day; day <= (sums)->last_day; day++)                \
    for (const Cell *cell = (sums)->days[day].cells,                               \
                    *cell##_end = cell ? cell + (sums)->days[day].mask + 1 : NULL; \
         cell != cell##_end; cell++)                                               \
      if (cell->key)

// All rows, those of an account together: a counting sort by the account's rank. `ends` receives where each
// account's rows end.
static Row *rows_by_account(const Sums *sums, uint32_t *ends, uint64_t *row_count) {
  *row_count = 0;
  FOR_EACH_CELL(sums, day, cell) {
    ends[account_ranks[(cell->key - 1) / CLASSES_MAX] + 1]++;
    ++*row_count;
  }
  for (int i = 0; i < account_count; i++) ends[i + 1] += ends[i];
  Row *rows = big_zeroed(*row_count * sizeof *rows + 1);
  FOR_EACH_CELL(sums, day, cell) {
    uint32_t key = cell->key - 1;
    uint32_t order = (uint32_t)class_ranks[key % CLASSES_MAX] << 16 | (day - sums->first_day);
    rows[ends[account_ranks[key / CLASSES_MAX]]++] =
        (Row){order, cell->calls, cell->seconds, cell->billed_seconds, cell->charge};
  }
  return rows;
}

static uint64_t write_summary(const Sums *sums, const char *directory) {
  Writer writer =
      create(directory, "summary.csv", "account,class,day,calls,billsec,billed_sec,charge_micro\n");
  uint32_t *ends = calloc(account_count + 1, sizeof *ends);
  uint64_t row_count;
  Row *rows = rows_by_account(sums, ends, &row_count);
  static char days[DAY_COUNT][32];
  for (int day = sums->first_day; day <= sums->last_day; day++) {
    int year, month, day_of_month;
    civil_from_days(FIRST_DAY + day, &year, &month, &day_of_month);
    snprintf(days[day], sizeof days[day], "%04d-%02d-%02d", year, month, day_of_month);
  }
  int day_count = sums->last_day < sums->first_day ? 0 : sums->last_day - sums->first_day + 1;
  SortKey *keys = malloc(sizeof *keys * (day_count * CLASSES_MAX + 1));
  for (int rank = 0, from = 0; rank < account_count; from = ends[rank++]) {
    uint32_t count = ends[rank] - from;
    for (uint32_t i = 0; i < count; i++) keys[i] = (SortKey){rows[from + i].order, from + i};
    sort_keys(keys, count);
    for (uint32_t i = 0; i < count; i++) {
      const Row *row = &rows[keys[i].row];
      put_text(&writer, account_names[account_at_rank[rank]], ',');
      put_text(&writer, class_names[class_at_rank[row->order >> 16]], ',');
      put_text(&writer, days[sums->first_day + (row->order & 0xffff)], ',');
      put_number(&writer, row->calls, ',');
      put_number(&writer, row->seconds, ',');
      put_number(&writer, row->billed_seconds, ',');
      put_number(&writer, row->charge, ',');
      end_row(&writer);
    }
  }
  finish(&writer);
  free(ends);
  free(keys);
  return row_count;
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t not_negative(int64_t a) { return a < 0 ? 0 : a; }

// The charge for seconds beyond the included ones, in three tiers, rounded once.
static int64_t overage_charge(const Plan *plan, int64_t overage) {
  int64_t first = smaller(overage, plan->tier1_seconds);
  int64_t second =
      smaller(not_negative(overage - plan->tier1_seconds), plan->tier2_seconds - plan->tier1_seconds);
  int64_t third = not_negative(overage - plan->tier2_seconds);
  return (first * plan->rates[0] + second * plan->rates[1] + third * plan->rates[2] + 30) / 60;
}

static int compare_units(const void *left, const void *right) {
  return strcmp(units[*(const int *)left].name, units[*(const int *)right].name);
}

static void write_plan_charges(const Rater *rater, const char *directory, OutputTotals *totals) {
  Writer writer =
      create(directory, "plan_charges.csv", "unit,plan,month,covered_sec,overage_sec,charge_micro\n");
  int *order = malloc(sizeof *order * unit_count);
  for (int i = 0; i < unit_count; i++) order[i] = i;
  qsort(order, unit_count, sizeof *order, compare_units);
  bool is_empty = rater->sums.last_day < 0;
  int first_month = is_empty ? 0 : month_of_day(rater->sums.first_day);
  int last_month = is_empty ? -1 : month_of_day(rater->sums.last_day);
  for (int i = 0; i < unit_count; i++) {
    const Unit *unit = &units[order[i]];
    for (int month = first_month; month <= last_month; month++) {
      int64_t covered = rater->covered_seconds[(size_t)month * unit_count + order[i]];
      if (!covered) continue;
      int64_t overage = not_negative(covered - unit->plan->included_seconds * unit->member_count);
      int64_t charge = overage_charge(unit->plan, overage);
      totals->covered_seconds += covered;
      totals->plan_charge += charge;
      char name[32];
      snprintf(name, sizeof name, "%04d-%02d", FIRST_YEAR + month / 12, month % 12 + 1);
      put_text(&writer, unit->name, ',');
      put_text(&writer, unit->plan->name, ',');
      put_text(&writer, name, ',');
      put_number(&writer, covered, ',');
      put_number(&writer, overage, ',');
      put_number(&writer, charge, ',');
      end_row(&writer);
    }
  }
  finish(&writer);
  free(order);
}

OutputTotals write_results(const Rater *rater, const char *directory) {
  OutputTotals totals = {.group_count = write_summary(&rater->sums, directory)};
  write_plan_charges(rater, directory, &totals);
  return totals;
}
