// The search in the nodes of a prefix table, one level for many numbers.
//
// Counting bits is one instruction on every machine of the last ten years, but not in the code that runs on all of them: so the
// loop is here, in a form for each. With the bits counted step by step the search took 1.6 times as long.
#include "CMachine.h"

static inline __attribute__((always_inline)) void find_entries(
    const cm_prefix_stretch *stretches, const uint32_t *moreValues, const uint16_t *records, size_t count,
    uint32_t *entries) {
  for (size_t i = 0; i < count; i++) {
    uint32_t *entry = entries + records[i];
    *entry = cm_prefix_entry(stretches, moreValues, *entry & ~CM_PREFIX_NODE);
  }
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static void find_entries_popcnt(
    const cm_prefix_stretch *stretches, const uint32_t *moreValues, const uint16_t *records, size_t count,
    uint32_t *entries) {
  find_entries(stretches, moreValues, records, count, entries);
}
#endif

void cm_prefix_entries(
    const cm_prefix_stretch *stretches, const uint32_t *moreValues, const uint16_t *records, size_t count,
    uint32_t *entries) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("popcnt")) {
    find_entries_popcnt(stretches, moreValues, records, count, entries);
    return;
  }
#endif
  find_entries(stretches, moreValues, records, count, entries);
}
