#include "sums.h"

enum { NEW_TABLE_CELLS = 1 << 16 };

void start_sums(Sums *sums) {
  sums->first_day = DAY_COUNT;
  sums->last_day = -1;
  sums->new_table_mask = NEW_TABLE_CELLS - 1;
}

static void include_day(Sums *sums, int day) {
  if (day < sums->first_day) sums->first_day = day;
  if (day > sums->last_day) sums->last_day = day;
}

void grow_table(Sums *sums, int day) {
  DayTable *table = &sums->days[day];
  uint32_t mask = table->cells ? table->mask * 2 + 1 : sums->new_table_mask;
  Cell *cells = big_zeroed((mask + 1) * sizeof *cells);
  for (uint32_t i = 0; table->cells && i <= table->mask; i++) {
    if (!table->cells[i].key) continue;
    uint32_t at = cell_home(table->cells[i].key, mask);
    while (cells[at].key) at = (at + 1) & mask;
    cells[at] = table->cells[i];
  }
  if (table->cells) big_free(table->cells, (table->mask + 1) * sizeof *cells);
  table->cells = cells;
  table->mask = mask;
  sums->new_table_mask = mask;
  include_day(sums, day);
}

void merge_sums(Sums *sums, Sums *other) {
  for (int day = other->first_day; day <= other->last_day; day++) {
    DayTable *table = &other->days[day];
    if (!table->cells) continue;
    if (sums->days[day].count < table->count) {  // The smaller one is added to the larger one.
      DayTable larger = *table;
      *table = sums->days[day];
      sums->days[day] = larger;
      include_day(sums, day);
    }
    for (uint32_t i = 0; table->cells && i <= table->mask; i++)
      if (table->cells[i].key) add_to_day(sums, day, &table->cells[i]);
  }
}
