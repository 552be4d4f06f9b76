#include "record.h"

#include <immintrin.h>
#include <string.h>

#include "accounts.h"
#include "dates.h"
#include "deck.h"
#include "memory.h"

enum { CALL_ID, START, ACCOUNT, SRC, DST, DIRECTION, DURATION, BILLSEC, DISPOSITION, TRUNK };

static inline int two_digits(const char *text) { return (text[0] - '0') * 10 + text[1] - '0'; }

static inline bool is_digit(char byte, char highest) { return byte >= '0' && byte <= highest; }

// YYYY-MM-DDTHH:MM:SS and Z or an offset.
static inline bool parse_start(const char *s, uint32_t length, MonthMemory *month, int64_t *second) {
  if (length != 20 && length != 25) return false;
  const __m128i lowest =
      _mm_setr_epi8('0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':', '0', '0');
  const __m128i highest =
      _mm_setr_epi8('9', '9', '9', '9', '-', '1', '9', '-', '3', '9', 'T', '2', '9', ':', '5', '9');
  __m128i bytes = _mm_loadu_si128((const __m128i *)s);
  __m128i outside = _mm_or_si128(_mm_cmplt_epi8(bytes, lowest), _mm_cmpgt_epi8(bytes, highest));
  if (_mm_movemask_epi8(outside)) return false;
  if (s[16] != ':' || !is_digit(s[17], '5') || !is_digit(s[18], '9')) return false;

  uint64_t month_text;
  memcpy(&month_text, s, 8);
  if (UNLIKELY(month_text != month->text)) {
    int number = two_digits(s + 5);
    if (number < 1 || number > 12) return false;
    *month =
        (MonthMemory){month_text, days_from_civil(two_digits(s) * 100 + two_digits(s + 2), number, 1) - 1};
  }
  int day = two_digits(s + 8);
  if (UNLIKELY(day < 1 || day > 31)) return false;
  *second =
      (month->days + day) * 86400 + two_digits(s + 11) * 3600 + two_digits(s + 14) * 60 + two_digits(s + 17);

  if (length == 20) return s[19] == 'Z';
  if (s[22] != ':' || !is_digit(s[20], '1') || !is_digit(s[21], '9')) return false;
  if (!is_digit(s[23], '5') || !is_digit(s[24], '9')) return false;
  int offset = two_digits(s + 20) * 3600 + two_digits(s + 23) * 60;
  if (s[19] == '+') *second -= offset;
  else if (s[19] == '-') *second += offset;
  else return false;
  return true;
}

// + and 5 to 15 digits; leaves the digits in the record and looks up the first of them in the deck.
static inline bool parse_callee(const char *s, uint32_t length, Record *record) {
  uint32_t digit_count = length - 1;
  if (UNLIKELY(*s != '+' || digit_count - 5 > 10)) return false;
  const __m128i positions = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  __m128i digits = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(s + 1)), _mm_set1_epi8('0'));
  // An unsigned comparison, by moving both sides to the signed range.
  __m128i above_nine =
      _mm_cmpgt_epi8(_mm_xor_si128(digits, _mm_set1_epi8((char)0x80)), _mm_set1_epi8((char)(9 ^ 0x80)));
  uint32_t others = _mm_movemask_epi8(above_nine) | 0x10000;
  if (UNLIKELY((uint32_t)__builtin_ctz(others) < digit_count)) return false;
  digits = _mm_and_si128(digits, _mm_cmpgt_epi8(_mm_set1_epi8(digit_count), positions));
  record->digits = digits;
  record->digit_count = digit_count;
  record->digits_8_9 = _mm_extract_epi8(digits, 7) * 10 + _mm_extract_epi8(digits, 8);

  const __m128i tens = _mm_setr_epi8(10, 1, 10, 1, 10, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  uint64_t pairs = _mm_cvtsi128_si64(_mm_maddubs_epi16(digits, tens));  // 1-2, 3-4, 5-6, 7
  uint32_t first_four = (pairs & 0xffff) * 100 + (pairs >> 16 & 0xffff);
  uint32_t next_three = (pairs >> 32 & 0xffff) * 10 + (pairs >> 48);
  uint32_t entry = deck_top[first_four];
  if (entry & CHILD) {
    entry = (entry & ~CHILD) * MIDDLE_ENTRIES + next_three;
    __builtin_prefetch(&deck_middle[entry]);
    entry |= CHILD;
  }
  record->deck_entry = entry;
  return true;
}

static inline bool parse_seconds(const char *s, uint32_t length, uint32_t *seconds) {
  if (UNLIKELY(length - 1 > 8)) return false;
  uint32_t value = 0;
  for (uint32_t i = 0; i < length; i++) {
    uint32_t digit = (uint8_t)s[i] - '0';
    if (UNLIKELY(digit > 9)) return false;
    value = value * 10 + digit;
  }
  *seconds = value;
  return true;
}

static inline bool are_hex_digits(__m128i bytes) {
  __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
  __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('0' - 1)),
                                _mm_cmplt_epi8(bytes, _mm_set1_epi8('9' + 1)));
  __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                 _mm_cmplt_epi8(lower, _mm_set1_epi8('f' + 1)));
  return _mm_movemask_epi8(_mm_or_si128(digit, letter)) == 0xffff;
}

// 16 hexadecimal digits as 64 bits.
static inline uint64_t from_hex(__m128i bytes) {
  __m128i low = _mm_and_si128(bytes, _mm_set1_epi8(0x0f));
  __m128i is_letter = _mm_and_si128(_mm_srli_epi16(bytes, 6), _mm_set1_epi8(1));
  __m128i nine = _mm_add_epi8(_mm_slli_epi16(is_letter, 3), is_letter);
  __m128i pairs = _mm_maddubs_epi16(_mm_add_epi8(low, nine), _mm_set1_epi16(0x0110));
  return _mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs));
}

// The 32 digits of a UUID, gathered around its four dashes; false where other bytes are among them.
static inline bool parse_uuid(const char *s, CallKey *key) {
  const int8_t none = -1;
  __m128i a = _mm_loadu_si128((const __m128i *)s);
  __m128i b = _mm_loadu_si128((const __m128i *)(s + 16));
  __m128i c = _mm_loadu_si128((const __m128i *)(s + 20));
  const __m128i high_of_a = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, none, none);
  const __m128i high_of_b =
      _mm_setr_epi8(none, none, none, none, none, none, none, none, none, none, none, none, none, none, 0, 1);
  const __m128i low_of_b = _mm_setr_epi8(3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, none, none, none, none);
  const __m128i low_of_c =
      _mm_setr_epi8(none, none, none, none, none, none, none, none, none, none, none, none, 12, 13, 14, 15);
  __m128i high = _mm_or_si128(_mm_shuffle_epi8(a, high_of_a), _mm_shuffle_epi8(b, high_of_b));
  __m128i low = _mm_or_si128(_mm_shuffle_epi8(b, low_of_b), _mm_shuffle_epi8(c, low_of_c));
  if (!are_hex_digits(high) || !are_hex_digits(low)) return false;
  *key = (CallKey){from_hex(high), from_hex(low)};
  return true;
}

static CallKey hash_call_id(const char *s, uint32_t length) {
  uint64_t x = 0x9E3779B97F4A7C15ull ^ length, y = 0xD1342543DE82EF95ull + length;
  for (uint32_t at = 0; at < length; at += 8) {
    uint64_t word = 0;
    memcpy(&word, s + at, length - at < 8 ? length - at : 8);
    x = (x ^ word) * 0x9FB21C651E98DF25ull;
    x ^= x >> 29;
    y = (y + word) * 0xBF58476D1CE4E5B9ull;
    y ^= y >> 31;
  }
  return (CallKey){x, y};
}

bool parse_record(const char *text, uint32_t begin, const uint32_t ends[FIELD_COUNT], bool with_key,
                  MonthMemory *month, Record *record) {
#define FIELD(i) (text + ends[(i) - 1] + 1)
#define LENGTH(i) (ends[i] - ends[(i) - 1] - 1)
  if (UNLIKELY(!parse_start(FIELD(START), LENGTH(START), month, &record->start_second))) return false;

  uint32_t account_length = LENGTH(ACCOUNT);
  if (UNLIKELY(account_length - 1 >= ACCOUNT_ID_BYTES_MAX)) return false;
  account_key(FIELD(ACCOUNT), account_length, &record->account_low, &record->account_high);
  record->account_slot = account_home(record->account_low, record->account_high);
  __builtin_prefetch(&account_slots[record->account_slot]);

  if (UNLIKELY(!parse_callee(FIELD(DST), LENGTH(DST), record))) return false;
  if (UNLIKELY(!parse_seconds(FIELD(BILLSEC), LENGTH(BILLSEC), &record->seconds))) return false;

  bool is_answered = LENGTH(DISPOSITION) == 8 && !memcmp(FIELD(DISPOSITION), "ANSWERED", 8);
  if (LENGTH(DIRECTION) == 7 && !memcmp(FIELD(DIRECTION), "inbound", 7)) record->state = INBOUND;
  else record->state = is_answered && record->seconds ? CHARGEABLE : UNANSWERED;

  if (with_key) {
    const char *id = text + begin;
    uint32_t length = ends[CALL_ID] - begin;
    if (UNLIKELY(length != 36 || !parse_uuid(id, &record->key))) record->key = hash_call_id(id, length);
    __builtin_prefetch(filter_word(record->key), 1);
  }
  return true;
#undef FIELD
#undef LENGTH
}
