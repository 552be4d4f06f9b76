#include "rater.h"

#include <smmintrin.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "deck.h"
#include "memory.h"

static uint8_t months[DAY_COUNT][2];  // year since FIRST_YEAR, month from 0

void prepare_months(void) {
  for (int day = 0; day < DAY_COUNT; day++) {
    int year, month, day_of_month;
    civil_from_days(FIRST_DAY + day, &year, &month, &day_of_month);
    months[day][0] = year - FIRST_YEAR;
    months[day][1] = month - 1;
  }
}

int month_of_day(int day) { return months[day][0] * 12 + months[day][1]; }

Rater *new_rater(bool with_dedupe, bool shares_filter) {
  Rater *rater = big_zeroed(sizeof *rater);
  start_sums(&rater->sums);
  rater->covered_seconds = big_zeroed((size_t)MONTH_COUNT * unit_count * sizeof(uint64_t));
  rater->with_dedupe = with_dedupe;
  rater->shares_filter = shares_filter;
  return rater;
}

void merge_rater(Rater *rater, Rater *other) {
  uint64_t *totals = (uint64_t *)&rater->totals, *more = (uint64_t *)&other->totals;
  for (size_t i = 0; i < sizeof(Totals) / sizeof(uint64_t); i++) totals[i] += more[i];
  merge_sums(&rater->sums, &other->sums);
  if (rater->sums.last_day < 0) return;
  int until = (month_of_day(rater->sums.last_day) + 1) * unit_count;
  for (int i = month_of_day(rater->sums.first_day) * unit_count; i < until; i++)
    rater->covered_seconds[i] += other->covered_seconds[i];
}

// A batch of parsed records goes through four passes, each of which waits for memory that the pass before
// asked for.

static void add_suspect(Rater *rater, const Record *record) {
  if (rater->suspect_count == rater->suspect_capacity) {
    int64_t capacity = rater->suspect_capacity ? rater->suspect_capacity * 2 : 1 << 12;
    Record *grown = big_zeroed(capacity * sizeof *grown);
    if (rater->suspects) {
      memcpy(grown, rater->suspects, rater->suspect_count * sizeof *grown);
      big_free(rater->suspects, rater->suspect_capacity * sizeof *grown);
    }
    rater->suspects = grown;
    rater->suspect_capacity = capacity;
  }
  rater->suspects[rater->suspect_count++] = *record;
}

// The record's account; false where there is none.
static inline bool find_account(Record *record) {
  for (;;) {
    const AccountSlot *slot = &account_slots[record->account_slot];
    if (LIKELY(slot->key_low == record->account_low && slot->key_high == record->account_high)) return true;
    if (!slot->key_low) return false;
    record->account_slot = (record->account_slot + 1) & account_slot_mask;
  }
}

// Pass 1: account, duplicate, state, second table of the deck. Leaves in `kept` the records that need a
// price.
static int admit(Rater *rater, int count, bool with_dedupe, uint8_t kept[]) {
  int kept_count = 0;
  for (int i = 0; i < count; i++) {
    Record *record = &rater->batch[i];
    if (UNLIKELY(!find_account(record))) {
      rater->totals.malformed++;
      continue;
    }
    if (with_dedupe) {
      if (UNLIKELY(!filter_add(record->key, rater->shares_filter))) {
        add_suspect(rater, record);
        continue;
      }
      log_key(&rater->log, record->key);
    }
    if (record->state != CHARGEABLE) {
      if (record->state == INBOUND) rater->totals.inbound++;
      else rater->totals.unanswered++;
      continue;
    }
    uint32_t entry = record->deck_entry;
    if (entry & CHILD) {
      entry = deck_middle[entry & ~CHILD];
      if (entry & CHILD)
        __builtin_prefetch(&deck_low[(size_t)(entry & ~CHILD) * LOW_ENTRIES + record->digits_8_9]);
      else __builtin_prefetch(&deck_rates[entry]);
      record->deck_entry = entry;
    }
    kept[kept_count++] = i;
  }
  return kept_count;
}

// Pass 2: the last tables of the deck, and the day.
static void match(Rater *rater, int count, const uint8_t kept[]) {
  for (int k = 0; k < count; k++) {
    Record *record = &rater->batch[kept[k]];
    uint32_t entry = record->deck_entry;
    if (entry & CHILD) {
      entry = deck_low[(size_t)(entry & ~CHILD) * LOW_ENTRIES + record->digits_8_9];
      if (entry & CHILD) {
        uint32_t digits_10_11 =
            _mm_extract_epi8(record->digits, 9) * 10 + _mm_extract_epi8(record->digits, 10);
        entry = deck_low[(size_t)(entry & ~CHILD) * LOW_ENTRIES + digits_10_11];
      }
      __builtin_prefetch(&deck_rates[entry]);
      record->deck_entry = entry;
    }
    uint32_t day = (uint32_t)(record->start_second / 86400 - FIRST_DAY);
    if (UNLIKELY(day >= DAY_COUNT)) fail("a call is not in the years 2020 to 2042");
    record->day = day;
  }
}

// The seconds to charge. The usual increments are written out, because dividing by a constant is cheaper.
static inline uint32_t billed_seconds(uint32_t seconds, const Rate *rate) {
  uint32_t minimum = rate->minimum_seconds, increment = rate->increment_seconds;
  if (seconds <= minimum) return minimum;
  uint32_t beyond = seconds - minimum;
  if (increment == 60) beyond = (beyond + 59) / 60 * 60;
  else if (increment == 6) beyond = (beyond + 5) / 6 * 6;
  else if (increment != 1) beyond = (beyond + increment - 1) / increment * increment;
  return minimum + beyond;
}

// Pass 3: the price. Leaves updates for the day tables, whose cells it asks for.
static int price(Rater *rater, int count, const uint8_t kept[]) {
  int update_count = 0;
  for (int k = 0; k < count; k++) {
    const Record *record = &rater->batch[kept[k]];
    uint32_t index = rate_in_force(record->deck_entry, record->start_second, record->digit_count);
    if (UNLIKELY(!index)) {
      rater->totals.unknown++;
      continue;
    }
    const Rate *rate = &deck_rates[index];
    const AccountSlot *account = &account_slots[record->account_slot];
    uint32_t billed = billed_seconds(record->seconds, rate);
    uint64_t charge = 0;
    if (account->covered_classes >> rate->class_id & 1)
      rater->covered_seconds[(size_t)month_of_day(record->day) * unit_count + account->unit] += billed;
    else charge = ((uint64_t)billed * rate->micro_per_minute + 30) / 60;
    rater->totals.rated++;
    rater->totals.seconds += record->seconds;
    rater->totals.billed_seconds += billed;
    rater->totals.charge += charge;

    uint32_t key = account->account * CLASSES_MAX + rate->class_id + 1;
    rater->updates[update_count++] = (Update){record->day, {key, 1, charge, record->seconds, billed}};
    expect_cell(&rater->sums, record->day, key);
  }
  return update_count;
}

static void rate_batch(Rater *rater, int count, bool with_dedupe) {
  uint8_t kept[BATCH_RECORDS];
  int kept_count = admit(rater, count, with_dedupe, kept);
  match(rater, kept_count, kept);
  int update_count = price(rater, kept_count, kept);
  for (int i = 0; i < update_count; i++)
    add_to_day(&rater->sums, rater->updates[i].day, &rater->updates[i].cell);
}

void rate_lines(Rater *rater, const char *text, size_t length) {
  if (length >= 1u << 31) fail("a block is too large");
  Structure *structure = &rater->structure;
  size_t at = 0;
  while (at < length) {
    uint32_t line_count = find_structure(structure, text, at, length);
    if (!line_count) fail("a line is too long");
    uint32_t begin = at, first_end = 0;
    int batched = 0;
    for (uint32_t line = 0; line < line_count; line++) {
      uint32_t last_end = structure->line_ends[line];
      bool is_parsed = last_end - first_end + 1 == FIELD_COUNT &&
                       parse_record(text, begin, &structure->ends[first_end], rater->with_dedupe,
                                    &rater->month, &rater->batch[batched]);
      if (LIKELY(is_parsed)) batched++;
      else rater->totals.malformed++;
      begin = structure->ends[last_end] + 1;
      first_end = last_end + 1;
      if (batched == BATCH_RECORDS) {
        rate_batch(rater, batched, rater->with_dedupe);
        batched = 0;
      }
    }
    rate_batch(rater, batched, rater->with_dedupe);
    rater->totals.records += line_count;
    at = begin;
  }
}

void rate_suspects(Rater *const raters[], int count) {
  int64_t total = 0, at = 0;
  LogChunk *logs[2] = {0};  // one for each thread
  for (int i = 0; i < count; i++) {
    total += raters[i]->suspect_count;
    logs[i] = raters[i]->log;
  }
  CallKey *keys = calloc(total + 1, sizeof *keys);
  bool *is_duplicate = calloc(total + 1, sizeof *is_duplicate);
  for (int i = 0; i < count; i++)
    for (int64_t k = 0; k < raters[i]->suspect_count; k++) keys[at++] = raters[i]->suspects[k].key;
  resolve_suspects(keys, total, logs, count, is_duplicate);

  at = 0;
  for (int i = 0; i < count; i++) {
    Rater *rater = raters[i];
    int batched = 0;
    for (int64_t k = 0; k < rater->suspect_count; k++) {
      if (is_duplicate[at++]) {
        rater->totals.duplicates++;
        continue;
      }
      rater->batch[batched++] = rater->suspects[k];
      if (batched < BATCH_RECORDS) continue;
      rate_batch(rater, batched, false);
      batched = 0;
    }
    rate_batch(rater, batched, false);
  }
  free(keys);
  free(is_duplicate);
}
