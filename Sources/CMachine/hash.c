// Hashes of many short texts, with the library's hash compiled into the loop.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "CMachine.h"

void cm_hash_texts(
    const uint8_t *const *texts, const int32_t *lengths, size_t count, uint64_t seed, uint64_t *low, uint64_t *high) {
  for (size_t i = 0; i < count; i++) {
    if (lengths[i] <= 0) continue;
    XXH128_hash_t hash = XXH3_128bits_withSeed(texts[i], (size_t)lengths[i], seed);
    low[i] = hash.low64;
    high[i] = hash.high64;
  }
}
