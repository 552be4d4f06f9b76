// The structural scan: where are the delimiters, the newlines and the quotes?
//
// 64 bytes a step: compare, turn the result into bit masks, write the set bits as offsets. Six offsets are written
// without a condition, because most blocks have no more; the loop for the rest is rarely entered (18 against 13 GB/s).
#define _GNU_SOURCE
#include "CMachine.h"
#include <string.h>

#define UNROLLED 6
// The lowest set bit; any number where there is none (that offset is overwritten by the next block's).
#define LOWEST_PLAIN(m) __builtin_ctzll((m) | (1ull << 63))

#define EMIT(out, count, mask, at, LOWEST)                                   \
  do {                                                               \
    uint64_t m_ = (mask);                                            \
    uint32_t *o_ = (out) + (count);                                  \
    int n_ = __builtin_popcountll(m_);                               \
    for (int k_ = 0; k_ < UNROLLED; k_++) {                          \
      o_[k_] = (uint32_t)((at) + (size_t)LOWEST(m_));                  \
      m_ &= m_ - 1;                                                  \
    }                                                                \
    for (int k_ = UNROLLED; k_ < n_; k_++) {                         \
      o_[k_] = (uint32_t)((at) + (size_t)__builtin_ctzll(m_));       \
      m_ &= m_ - 1;                                                  \
    }                                                                \
    (count) += (size_t)n_;                                           \
  } while (0)

cm_scan_result cm_scan_portable(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes) {
  cm_scan_result r = {0, 0, 0};
  for (size_t i = 0; i < length; i++) {
    uint8_t c = text[i];
    if (c == newline) lineEnds[r.lineCount++] = (uint32_t)r.structuralCount;
    if (c == delimiter || c == newline) structurals[r.structuralCount++] = (uint32_t)i;
    if (quote != 0 && c == quote) quotes[r.quoteCount++] = (uint32_t)i;
  }
  return r;
}

#define SCAN_BODY(MASK64, LOWEST)                                                                     \
  cm_scan_result r = {0, 0, 0};                                                               \
  size_t ns = 0, nl = 0, nq = 0;                                                              \
  for (size_t i = 0; i < length; i += 64) {                                                   \
    uint64_t keep = length - i >= 64 ? ~0ull : (1ull << (length - i)) - 1;                    \
    uint64_t e = MASK64(text + i, newline) & keep;                                            \
    uint64_t s = (MASK64(text + i, delimiter) & keep) | e;                                    \
    for (; e; e &= e - 1)                                                                     \
      lineEnds[nl++] = (uint32_t)(ns + (size_t)__builtin_popcountll(s & ((e & -e) - 1)));     \
    EMIT(structurals, ns, s, i, LOWEST);                                                              \
    if (quote != 0) {                                                                         \
      uint64_t q = MASK64(text + i, quote) & keep;                                            \
      if (q) EMIT(quotes, nq, q, i, LOWEST);                                                          \
    }                                                                                         \
  }                                                                                           \
  r.structuralCount = ns;                                                                     \
  r.lineCount = nl;                                                                           \
  r.quoteCount = nq;                                                                          \
  return r;

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2,bmi,popcnt"), always_inline)) static inline uint64_t mask_avx2(const uint8_t *p, uint8_t c) {
  __m256i v = _mm256_set1_epi8((char)c);
  uint32_t lo = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)p), v));
  uint32_t hi = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(p + 32)), v));
  return (uint64_t)lo | (uint64_t)hi << 32;
}
__attribute__((target("avx2,bmi,popcnt"))) static cm_scan_result scan_avx2(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes) {
  SCAN_BODY(mask_avx2, _tzcnt_u64)
}

__attribute__((always_inline)) static inline uint64_t mask_sse2(const uint8_t *p, uint8_t c) {
  __m128i v = _mm_set1_epi8((char)c);
  uint64_t m = 0;
  for (int k = 0; k < 4; k++)
    m |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * k)), v)) << (16 * k);
  return m;
}
static cm_scan_result scan_sse2(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes) {
  SCAN_BODY(mask_sse2, LOWEST_PLAIN)
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"); }
cm_scan_result cm_scan(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes) {
  return has_avx2() ? scan_avx2(text, length, delimiter, newline, quote, structurals, lineEnds, quotes)
                    : scan_sse2(text, length, delimiter, newline, quote, structurals, lineEnds, quotes);
}
const char *cm_scan_name(void) { return has_avx2() ? "avx2" : "sse2"; }

__attribute__((target("avx2,bmi,popcnt"))) static size_t count_avx2(const uint8_t *text, size_t length, uint8_t byte) {
  size_t n = 0, i = 0;
  for (; i + 64 <= length; i += 64) n += (size_t)__builtin_popcountll(mask_avx2(text + i, byte));
  for (; i < length; i++) n += text[i] == byte;
  return n;
}
static size_t count_plain(const uint8_t *text, size_t length, uint8_t byte) {
  size_t n = 0;
  for (size_t i = 0; i < length; i++) n += text[i] == byte;
  return n;
}
size_t cm_count_byte(const uint8_t *text, size_t length, uint8_t byte) {
  return has_avx2() ? count_avx2(text, length, byte) : count_plain(text, length, byte);
}

#elif defined(__aarch64__)
#include <arm_neon.h>

static inline uint64_t mask_neon(const uint8_t *p, uint8_t c) {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t v = vdupq_n_u8(c);
  uint8x16_t a = vandq_u8(vceqq_u8(vld1q_u8(p), v), bits), b = vandq_u8(vceqq_u8(vld1q_u8(p + 16), v), bits);
  uint8x16_t d = vandq_u8(vceqq_u8(vld1q_u8(p + 32), v), bits), e = vandq_u8(vceqq_u8(vld1q_u8(p + 48), v), bits);
  uint8x16_t s = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(d, e));
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(s, s)), 0);
}
cm_scan_result cm_scan(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes) {
  SCAN_BODY(mask_neon, LOWEST_PLAIN)
}
const char *cm_scan_name(void) { return "neon"; }
size_t cm_count_byte(const uint8_t *text, size_t length, uint8_t byte) {
  size_t n = 0, i = 0;
  for (; i + 64 <= length; i += 64) n += (size_t)__builtin_popcountll(mask_neon(text + i, byte));
  for (; i < length; i++) n += text[i] == byte;
  return n;
}

#else
cm_scan_result cm_scan(
    const uint8_t *text, size_t length, uint8_t delimiter, uint8_t newline, uint8_t quote,
    uint32_t *structurals, uint32_t *lineEnds, uint32_t *quotes) {
  return cm_scan_portable(text, length, delimiter, newline, quote, structurals, lineEnds, quotes);
}
const char *cm_scan_name(void) { return "portable"; }
size_t cm_count_byte(const uint8_t *text, size_t length, uint8_t byte) {
  size_t n = 0;
  for (size_t i = 0; i < length; i++) n += text[i] == byte;
  return n;
}
#endif

ptrdiff_t cm_last_index(const uint8_t *text, size_t length, uint8_t byte) {
  const void *p = memrchr(text, byte, length);
  return p ? (const uint8_t *)p - text : -1;
}
