// What the machine can do and Swift cannot say: vector compares chosen at start, prefetches, huge pages,
// and a guard for mapped files that shrink. Leaf functions only; no allocation, no state but the guard's.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Positions of the structural bytes of one window of text.
///
/// `structuralCount` counts the offsets written to `structurals` (delimiters and newlines, ascending);
/// `lineCount` the entries of `lineEnds` (which of the structurals are newlines, as indices into them);
/// `quoteCount` the offsets written to `quotes`.
typedef struct {
  size_t structuralCount;
  size_t lineCount;
  size_t quoteCount;
} cm_scan_result;

/// Finds every `delimiter`, `newline` and `quote` in `text[0..<length]`.
///
/// Offsets are relative to `text`, ascending. A quote byte of 0 means "this dialect has no quotes".
/// The arrays need room for `length + 64` offsets each; `text` must be readable for 63 bytes past its end.
cm_scan_result cm_scan(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes);

/// The same in plain C without vectors: the form the others are tested against.
cm_scan_result cm_scan_portable(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes);

/// Counts `byte` in `text[0..<length]`.
size_t cm_count_byte(const uint8_t *text, size_t length, uint8_t byte);

/// Offset of the last `byte` in `text[0..<length]`, or -1.
ptrdiff_t cm_last_index(const uint8_t *text, size_t length, uint8_t byte);

/// Name of the scan form chosen for this machine: "avx2", "sse2", "neon" or "portable".
const char *cm_scan_name(void);

/// 10 to the power `n`, n in 0...19: a table that needs no look whether it was made yet.
static inline uint64_t cm_power_of_ten(size_t n) {
  static const uint64_t powers[20] = {
      1ull, 10ull, 100ull, 1000ull, 10000ull, 100000ull, 1000000ull, 10000000ull, 100000000ull, 1000000000ull,
      10000000000ull, 100000000000ull, 1000000000000ull, 10000000000000ull, 100000000000000ull,
      1000000000000000ull, 10000000000000000ull, 100000000000000000ull, 1000000000000000000ull,
      10000000000000000000ull};
  return powers[n];
}

/// Hashes texts with XXH3 to 128 bits, `low[i]` and `high[i]` for `texts[i][0..<lengths[i]]`.
///
/// The hash is made where it is called from, which saves a third on texts of some thirty bytes. Texts of length 0
/// or less are left out.
void cm_hash_texts(
    const uint8_t *const *texts, const int32_t *lengths, size_t count, uint64_t seed, uint64_t *low, uint64_t *high);

/// 64 neighbouring entries of a node of a prefix table, in half a cache line: the values they have, and where these change.
typedef struct {
  /// A bit where the entry differs from the one before it; the first entry has none.
  uint64_t changes;
  /// Added to the number of a value that does not stand here, it is its place among the further values.
  int32_t more;
  /// The first values; most stretches have no more.
  uint32_t values[5];
} cm_prefix_stretch;

/// Set where an entry is a node; the rest is the place of its first entry then.
#define CM_PREFIX_NODE 0x80000000u

/// The entry at a place, which is 64 × its stretch + its number there.
static inline __attribute__((always_inline)) uint32_t cm_prefix_entry(
    const cm_prefix_stretch *stretches, const uint32_t *moreValues, size_t place) {
  const cm_prefix_stretch *stretch = stretches + place / 64;
  int number = __builtin_popcountll(stretch->changes & (UINT64_MAX >> (63 - place % 64)));
  return number < 5 ? stretch->values[number] : moreValues[stretch->more + number];
}

/// Replaces `entries[r]`, a node's flag and the place of an entry, by that entry, for each r of `records`.
void cm_prefix_entries(
    const cm_prefix_stretch *stretches, const uint32_t *moreValues, const uint16_t *records, size_t count,
    uint32_t *entries);

static inline void cm_prefetch_read(const void *address) { __builtin_prefetch(address, 0, 3); }
static inline void cm_prefetch_write(const void *address) { __builtin_prefetch(address, 1, 3); }

/// Maps `bytes` of zeroed memory that the kernel backs on first touch, in huge pages where it can.
/// Returns NULL where the address space is exhausted. Give it back with `cm_unmap`.
void *cm_map_zeroed(size_t bytes);
void cm_unmap(void *base, size_t bytes);
/// The same for blocks of some MiB that are filled one after the other: in small pages where fresh huge pages are dear.
void *cm_map_block(size_t bytes);
/// Begins to back memory for later calls of `cm_map_zeroed` and `cm_map_block` on a thread of its own, in small steps, until
/// `tableBytes` and, where fresh huge pages turn out to be dear, `blockBytes` are ready or `cm_reserve_stop` is called. For the time
/// in which one core has nothing to do: on virtual machines the first touch of a page costs more than most work done with it. One
/// reserve for each process; later calls do nothing.
void cm_reserve_start(size_t tableBytes, size_t blockBytes);
/// Ends the backing of memory; what is ready stays for those who map.
void cm_reserve_stop(void);
/// Backs memory of `cm_map_zeroed` at once, for tables that are read before they are written: otherwise every page is
/// mapped twice, first to the page of zeros and then for the write.
void cm_populate(void *base, size_t bytes);

/// Gives the room of a part of a file back, which reads as zeros then; nothing happens where the file system cannot.
void cm_punch_hole(int descriptor, int64_t offset, int64_t length);

/// Guards one mapped file against shrinking while it is read.
///
/// A page that vanished is replaced by zeros and the slot is marked, instead of a SIGBUS that kills the run: the
/// reader finds the mark with `cm_guard_tripped` and reports the file. Returns a slot number, or -1 where all
/// slots are taken (then the caller reads the file instead of mapping it).
int cm_guard_add(const void *base, size_t length);
int cm_guard_tripped(int slot);
void cm_guard_remove(int slot);
