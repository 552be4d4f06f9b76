// Exact duplicates by a filter, a log of keys, and a late look at the suspects.
//
// The first time a key is seen, some of its four bits in the filter are still clear: it is new for certain,
// and goes to the log. Where all four are set the record is a suspect: put aside, unrated. At the end the
// suspects' keys are looked up in the log. One cache miss a record, where a hash set of 16-byte keys takes a
// wider probe.
//
// Which of several equal copies is rated is left open: they are equal.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// A UUID's 128 bits; of an id of another form two 64-bit hashes.
typedef struct {
  uint64_t high, low;
} CallKey;

// So many that a chunk is one huge page.
enum { LOG_CHUNK_KEYS = (2 << 20) / sizeof(CallKey) - 1 };

typedef struct LogChunk {
  struct LogChunk *next;
  int count;
  CallKey keys[LOG_CHUNK_KEYS];
} LogChunk;

extern uint64_t *filter_words;
extern uint64_t filter_mask;

// A filter for about that many keys. At 12 to 24 bits a key at most some 1 % of new keys become suspects.
void make_filter(uint64_t key_count);

static inline uint64_t *filter_word(CallKey key) { return &filter_words[key.high >> 20 & filter_mask]; }

// Sets the key's bits; true where at least one was clear, so that the key is new. With `is_shared`, of two
// threads with the same new key exactly one is told so.
static inline bool filter_add(CallKey key, bool is_shared) {
  uint64_t bits = 1ull << (key.low & 63) | 1ull << (key.low >> 6 & 63) | 1ull << (key.low >> 12 & 63) |
                  1ull << (key.low >> 18 & 63);
  uint64_t *word = filter_word(key);
  if (!is_shared) {
    uint64_t before = *word;
    *word = before | bits;
    return (before & bits) != bits;
  }
  if ((__atomic_load_n(word, __ATOMIC_RELAXED) & bits) == bits) return false;
  return (__atomic_fetch_or(word, bits, __ATOMIC_RELAXED) & bits) != bits;
}

// Appends a key that is new for certain.
void log_key_to_new_chunk(LogChunk **log, CallKey key);
static inline void log_key(LogChunk **log, CallKey key) {
  LogChunk *chunk = *log;
  if (__builtin_expect(chunk && chunk->count < LOG_CHUNK_KEYS, 1)) chunk->keys[chunk->count++] = key;
  else log_key_to_new_chunk(log, key);
}

// For each of `count` suspects' keys, whether it is a duplicate: in one of the logs, or the same as an
// earlier suspect's.
void resolve_suspects(const CallKey *keys, int64_t count, LogChunk *const logs[], int log_count,
                      bool *is_duplicate);
