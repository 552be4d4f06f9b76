#include "deck.h"

#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "dates.h"
#include "memory.h"

// More than any deck needs: address space only, see big_zeroed.
enum { MIDDLE_NODES_MAX = 10000, LOW_NODES_MAX = 1 << 20, RATES_MAX = 1 << 24 };

uint32_t deck_top[TOP_ENTRIES];
uint32_t *deck_middle, *deck_low;
Rate *deck_rates;
int64_t deck_dates[65536];

static uint32_t middle_node_count, low_node_count, date_count;
static uint32_t rate_count = 1;  // 0 means "no rate"

typedef struct {
  char prefix[16];
  int length;
  int64_t from;
  uint32_t micro_per_minute;
  uint16_t minimum_seconds, increment_seconds;
  uint8_t class_id;
} Row;

// Shorter prefixes first, so that longer ones are laid over them; the rows of one prefix by date.
static int compare_rows(const void *left, const void *right) {
  const Row *a = left, *b = right;
  if (a->length != b->length) return a->length - b->length;
  int order = strcmp(a->prefix, b->prefix);
  if (order) return order;
  return a->from < b->from ? -1 : a->from > b->from;
}

// YYYY-MM-DDTHH:MM:SSZ in seconds since 1970.
static int64_t parse_date(const char *text) {
  int64_t days = days_from_civil(atoi(text), atoi(text + 5), atoi(text + 8));
  return days * 86400 + atoi(text + 11) * 3600 + atoi(text + 14) * 60 + atoi(text + 17);
}

static uint16_t date_index(int64_t second) {
  for (uint32_t i = 0; i < date_count; i++)
    if (deck_dates[i] == second) return i;
  if (date_count == 65536) fail("more than 65,536 dates in the deck");
  deck_dates[date_count] = second;
  return date_count++;
}

static Row *read_rows(const char *directory, size_t *count) {
  char *text = read_text(directory, "rates.csv"), *next = text;
  size_t capacity = 1 << 16;
  Row *rows = malloc(capacity * sizeof *rows);
  char *f[7];
  next_row(&next, f, 7);  // the header
  *count = 0;
  while (next_row(&next, f, 7) == 7) {
    if (*count == capacity) rows = realloc(rows, (capacity *= 2) * sizeof *rows);
    Row *row = &rows[(*count)++];
    *row = (Row){.length = strlen(f[0]), .from = parse_date(f[6])};
    if (row->length > PREFIX_DIGITS_MAX) fail("a prefix has more than 11 digits");
    strcpy(row->prefix, f[0]);
    row->class_id = class_id(f[2], strlen(f[2]));
    row->micro_per_minute = micro_units(f[3]);
    row->minimum_seconds = atoi(f[4]);
    row->increment_seconds = atoi(f[5]);
  }
  free(text);
  qsort(rows, *count, sizeof *rows, compare_rows);
  return rows;
}

// The rates of one prefix, oldest first, on top of what the entry held: returns the newest.
static uint32_t chain_on(uint32_t entry, const Row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const Row *row = &rows[i];
    if (rate_count == RATES_MAX) fail("too many rates");
    deck_rates[rate_count] = (Rate){
        .micro_per_minute = row->micro_per_minute,
        .minimum_seconds = row->minimum_seconds,
        .increment_seconds = row->increment_seconds,
        .class_id = row->class_id,
        .prefix_length = row->length,
        .from = date_index(row->from),
        .older = entry,
    };
    entry = rate_count++;
  }
  return entry;
}

// Lays a prefix over `width` entries. Neighbours that held the same rate share one chain.
static void cover(uint32_t *entries, int width, const Row *rows, size_t count) {
  uint32_t before = CHILD, chained = 0;  // No covered entry is a child: shorter prefixes come first.
  for (int i = 0; i < width; i++) {
    if (entries[i] != before) {
      before = entries[i];
      chained = chain_on(before, rows, count);
    }
    entries[i] = chained;
  }
}

// The node under `*entry`; made, and filled with what the entry held, where there is none yet.
static uint32_t *child(uint32_t *entry, uint32_t *nodes, uint32_t *node_count, int node_entries,
                       int count_max) {
  if (!(*entry & CHILD)) {
    if (*node_count == (uint32_t)count_max) fail("too many nodes");
    uint32_t node = (*node_count)++;
    for (int i = 0; i < node_entries; i++) nodes[(size_t)node * node_entries + i] = *entry;
    *entry = CHILD | node;
  }
  return nodes + (size_t)(*entry & ~CHILD) * node_entries;
}

static int power_of_ten(int exponent) {
  int power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

static void insert(const Row *rows, size_t count) {
  int length = rows->length;
  int d[16] = {0};
  for (int i = 0; i < length; i++) d[i] = rows->prefix[i] - '0';

  uint32_t *entry = &deck_top[d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3]];
  if (length <= 4) return cover(entry, power_of_ten(4 - length), rows, count);

  uint32_t *node = child(entry, deck_middle, &middle_node_count, MIDDLE_ENTRIES, MIDDLE_NODES_MAX);
  entry = &node[d[4] * 100 + d[5] * 10 + d[6]];
  if (length <= 7) return cover(entry, power_of_ten(7 - length), rows, count);

  for (int level = 7;; level += 2) {
    node = child(entry, deck_low, &low_node_count, LOW_ENTRIES, LOW_NODES_MAX);
    entry = &node[d[level] * 10 + d[level + 1]];
    if (length <= level + 2) return cover(entry, power_of_ten(level + 2 - length), rows, count);
  }
}

void load_deck(const char *directory) {
  deck_middle = big_zeroed(sizeof(uint32_t) * MIDDLE_ENTRIES * MIDDLE_NODES_MAX);
  deck_low = big_zeroed(sizeof(uint32_t) * LOW_ENTRIES * (size_t)LOW_NODES_MAX);
  deck_rates = big_zeroed(sizeof(Rate) * (size_t)RATES_MAX);
  size_t count;
  Row *rows = read_rows(directory, &count);
  for (size_t from = 0, until; from < count; from = until) {
    until = from + 1;
    while (until < count && !strcmp(rows[until].prefix, rows[from].prefix)) until++;
    insert(&rows[from], until - from);
  }
  free(rows);
}
