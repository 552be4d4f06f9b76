// Rating classes, plans and accounts.
#pragma once
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { CLASSES_MAX = 64, PLANS_MAX = 64, NAME_BYTES = 24, ACCOUNT_ID_BYTES_MAX = 16 };

// Classes get numbers as they are met; `class_at_rank` is their order by bytes, once all are known.
extern char class_names[CLASSES_MAX][NAME_BYTES];
extern int class_ranks[CLASSES_MAX], class_at_rank[CLASSES_MAX];
int class_id(const char *name, int length);

typedef struct {
  char name[NAME_BYTES];
  int64_t included_seconds;  // for each account of the unit
  uint64_t covered_classes;  // bit per class id
  int64_t tier1_seconds, tier2_seconds;
  int64_t rates[3];  // micro-units per minute beyond the included seconds
} Plan;

// A slot of the open-addressing table of accounts, 32 bytes. Ids are their bytes, padded with zeros.
typedef struct {
  uint64_t key_low, key_high;  // 0, 0 where the slot is free
  uint32_t account, unit;
  uint64_t covered_classes;
} AccountSlot;

// A unit is what shares included seconds: a pool, or an account of its own.
typedef struct {
  char name[NAME_BYTES];
  const Plan *plan;
  int member_count;
} Unit;

extern AccountSlot *account_slots;
extern uint32_t account_slot_mask;
extern int account_count, unit_count;
extern char (*account_names)[NAME_BYTES];
extern uint32_t *account_ranks, *account_at_rank;  // order by bytes
extern Unit *units;

// Reads DIRECTORY/plans-PLANS.csv and DIRECTORY/accounts.csv. The deck must be loaded: it names the classes.
void load_accounts(const char *directory, const char *plans);

// The first `length` bytes (at most 16) at `text` as a key. Reads 16 bytes whatever the length.
static inline void account_key(const char *text, uint32_t length, uint64_t *low, uint64_t *high) {
  const __m128i positions = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  __m128i bytes = _mm_loadu_si128((const __m128i *)text);
  bytes = _mm_and_si128(bytes, _mm_cmpgt_epi8(_mm_set1_epi8(length), positions));
  *low = _mm_cvtsi128_si64(bytes);
  *high = _mm_extract_epi64(bytes, 1);
}

// The slot where the search for a key begins.
static inline uint32_t account_home(uint64_t low, uint64_t high) {
  uint64_t x = (low ^ 0x9E3779B97F4A7C15ull) * 0xD1342543DE82EF95ull ^ high * 0x2545F4914F6CDD1Dull;
  x ^= x >> 32;
  return x * 0x9FB21C651E98DF25ull >> 40 & account_slot_mask;
}
