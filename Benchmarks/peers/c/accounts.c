#include "accounts.h"

#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

char class_names[CLASSES_MAX][NAME_BYTES];
int class_ranks[CLASSES_MAX], class_at_rank[CLASSES_MAX];
AccountSlot *account_slots;
uint32_t account_slot_mask;
int account_count, unit_count;
char (*account_names)[NAME_BYTES];
uint32_t *account_ranks, *account_at_rank;
Unit *units;

static int class_count, plan_count;
static Plan plans[PLANS_MAX];

int class_id(const char *name, int length) {
  for (int i = 0; i < class_count; i++)
    if (!strncmp(class_names[i], name, length) && !class_names[i][length]) return i;
  if (class_count == CLASSES_MAX || length >= NAME_BYTES) fail("more than 64 classes, or a long name");
  memcpy(class_names[class_count], name, length);
  return class_count++;
}

static void rank_classes(void) {
  for (int i = 0; i < class_count; i++) {
    int rank = 0;
    for (int k = 0; k < class_count; k++) rank += strcmp(class_names[k], class_names[i]) < 0;
    class_ranks[i] = rank;
    class_at_rank[rank] = i;
  }
}

static void copy_name(char *target, const char *name) {
  if (strlen(name) > ACCOUNT_ID_BYTES_MAX) fail("a name has more than 16 bytes");
  strcpy(target, name);
}

// A list such as DOM-FIX|DOM-MOB as bits.
static uint64_t class_bits(const char *list) {
  uint64_t bits = 0;
  while (*list) {
    int length = strcspn(list, "|");
    bits |= 1ull << class_id(list, length);
    list += length + (list[length] == '|');
  }
  return bits;
}

static void load_plans(const char *directory, const char *name) {
  char file_name[256];
  snprintf(file_name, sizeof file_name, "plans-%s.csv", name);
  char *text = read_text(directory, file_name), *next = text;
  char *f[8];
  next_row(&next, f, 8);  // the header
  while (next_row(&next, f, 8) == 8) {
    if (plan_count == PLANS_MAX) fail("too many plans");
    Plan *plan = &plans[plan_count++];
    *plan = (Plan){
        .included_seconds = atoll(f[1]),
        .covered_classes = class_bits(f[2]),
        .tier1_seconds = atoll(f[3]),
        .tier2_seconds = atoll(f[5]),
        .rates = {micro_units(f[4]), micro_units(f[6]), micro_units(f[7])},
    };
    copy_name(plan->name, f[0]);
  }
  free(text);
}

static const Plan *plan_named(const char *name) {
  for (int i = 0; i < plan_count; i++)
    if (!strcmp(plans[i].name, name)) return &plans[i];
  fail("an account has an unknown plan");
}

// The unit of that name, made where there is none; `table` finds it again (unit number + 1, 0 is free).
static uint32_t unit_named(const char *name, const Plan *plan, uint32_t *table) {
  char padded[ACCOUNT_ID_BYTES_MAX + 1] = {0};
  copy_name(padded, name);
  uint64_t low, high;
  account_key(padded, strlen(name), &low, &high);
  uint32_t slot = account_home(low, high);
  while (table[slot] && strcmp(units[table[slot] - 1].name, name)) slot = (slot + 1) & account_slot_mask;
  if (!table[slot]) {
    strcpy(units[unit_count].name, name);
    units[unit_count].plan = plan;
    table[slot] = ++unit_count;
  }
  return table[slot] - 1;
}

static void add_account(const char *id, const Plan *plan, uint32_t unit) {
  copy_name(account_names[account_count], id);
  uint64_t low, high;
  account_key(account_names[account_count], strlen(id), &low, &high);
  uint32_t slot = account_home(low, high);
  while (account_slots[slot].key_low) slot = (slot + 1) & account_slot_mask;
  account_slots[slot] = (AccountSlot){low, high, account_count, unit, plan->covered_classes};
  units[unit].member_count++;
  account_count++;
}

static int compare_accounts(const void *left, const void *right) {
  return strcmp(account_names[*(const uint32_t *)left], account_names[*(const uint32_t *)right]);
}

static void rank_accounts(void) {
  account_at_rank = malloc(sizeof *account_at_rank * account_count);
  account_ranks = malloc(sizeof *account_ranks * account_count);
  for (int i = 0; i < account_count; i++) account_at_rank[i] = i;
  qsort(account_at_rank, account_count, sizeof *account_at_rank, compare_accounts);
  for (int i = 0; i < account_count; i++) account_ranks[account_at_rank[i]] = i;
}

void load_accounts(const char *directory, const char *plans_name) {
  load_plans(directory, plans_name);
  rank_classes();
  char *text = read_text(directory, "accounts.csv"), *next = text;
  uint32_t line_count = 1;
  for (char *at = text; *at; at++) line_count += *at == '\n';
  uint32_t slots = 1;
  while (slots < line_count * 2) slots *= 2;
  account_slot_mask = slots - 1;
  account_slots = big_zeroed(slots * sizeof *account_slots);
  account_names = calloc(line_count, sizeof *account_names);
  units = calloc(line_count, sizeof *units);
  uint32_t *unit_table = calloc(slots, sizeof *unit_table);

  char *f[3];
  next_row(&next, f, 3);  // the header
  while (next_row(&next, f, 3) == 3) {
    const Plan *plan = plan_named(f[1]);
    add_account(f[0], plan, unit_named(*f[2] ? f[2] : f[0], plan, unit_table));
  }
  free(unit_table);
  free(text);
  rank_accounts();
}
