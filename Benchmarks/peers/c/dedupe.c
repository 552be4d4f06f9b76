#include "dedupe.h"

#include <stdlib.h>

#include "memory.h"

uint64_t *filter_words;
uint64_t filter_mask;

void make_filter(uint64_t key_count) {
  uint64_t words = 1024;
  while (words * 64 < key_count * 12) words *= 2;
  filter_words = big_zeroed(words * sizeof *filter_words);
  filter_mask = words - 1;
}

void log_key_to_new_chunk(LogChunk **log, CallKey key) {
  LogChunk *chunk = big_zeroed(sizeof *chunk);
  chunk->next = *log;
  chunk->keys[chunk->count++] = key;
  *log = chunk;
}

// The suspects' keys in an open-addressing table, and a small filter in front of it that stays in the L2
// cache: nearly all keys of the log are nobody's suspect.
typedef struct {
  CallKey key;
  bool is_used, is_rated;
} Suspect;

enum { FRONT_WORDS = 1 << 15 };

typedef struct {
  Suspect *slots;
  uint64_t mask;
  uint64_t front[FRONT_WORDS];
} SuspectTable;

// Both halves, because some bits of a UUID (version and variant) never change.
static uint64_t hash_of(CallKey key) { return key.high ^ key.low >> 7; }

static Suspect *slot_of(const SuspectTable *table, CallKey key) {
  uint64_t at = hash_of(key) & table->mask;
  while (table->slots[at].is_used &&
         (table->slots[at].key.high != key.high || table->slots[at].key.low != key.low))
    at = (at + 1) & table->mask;
  return &table->slots[at];
}

static void mark_rated(SuspectTable *table, const LogChunk *log) {
  for (; log; log = log->next)
    for (int i = 0; i < log->count; i++) {
      CallKey key = log->keys[i];
      uint64_t hash = hash_of(key);
      if (LIKELY(!(table->front[hash >> 6 & (FRONT_WORDS - 1)] >> (hash & 63) & 1))) continue;
      Suspect *suspect = slot_of(table, key);
      if (suspect->is_used) suspect->is_rated = true;
    }
}

void resolve_suspects(const CallKey *keys, int64_t count, LogChunk *const logs[], int log_count,
                      bool *is_duplicate) {
  SuspectTable *table = calloc(1, sizeof *table);
  uint64_t slots = 1024;
  while (slots < (uint64_t)count * 2) slots *= 2;
  table->slots = big_zeroed(slots * sizeof *table->slots);
  table->mask = slots - 1;
  for (int64_t i = 0; i < count; i++) {
    *slot_of(table, keys[i]) = (Suspect){.key = keys[i], .is_used = true};
    uint64_t hash = hash_of(keys[i]);
    table->front[hash >> 6 & (FRONT_WORDS - 1)] |= 1ull << (hash & 63);
  }
  for (int i = 0; i < log_count; i++) mark_rated(table, logs[i]);
  for (int64_t i = 0; i < count; i++) {
    Suspect *suspect = slot_of(table, keys[i]);
    is_duplicate[i] = suspect->is_rated;
    suspect->is_rated = true;
  }
  big_free(table->slots, slots * sizeof *table->slots);
  free(table);
}
