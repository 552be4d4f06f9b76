// emit_cdrs TABLES CALLS: writes CALLS call detail records as CSV on stdout.
//
// Every record is a pure function of its number and the tables, so the same tables give the same bytes.
// Owns the shape of one record, its dirt included; who calls whom how often is in TABLES (see population.py).
// Build: cc -O3 -o emit_cdrs emit_cdrs.c

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  HOURS_A_MONTH = 31 * 24,
  DURATION_COUNT = 1 << 16,
  LINE_BYTES_MAX = 512,
  BUFFER_BYTES = 8 << 20,
};

static const uint64_t SEED = 20250301;
static const char HEX_DIGITS[] = "0123456789abcdef";
static const char HEADER[] = "call_id,start,account,src,dst,direction,duration,billsec,disposition,trunk\n";

// The zones that accounts write their timestamps in; the days of each record are days of these zones.
static const struct {
  int offset_minutes;
  const char *suffix;
} ZONES[] = {{0, "Z"}, {60, "+01:00"}, {120, "+02:00"}, {-300, "-05:00"}, {330, "+05:30"}};

// Country codes that are in nobody's numbering plan: such a call has no price.
static const char *const UNASSIGNED[8] = {"999", "210", "214", "283", "384", "801", "969", "979"};

typedef struct {
  char id[12];
  int zone;
  int number_count;
  char number_stem[16];
  int favourite_count;
} Account;

typedef struct {
  char digits[12];
  int length;
  int number_length;
} Prefix;

// One record in 1,000 is damaged in one of these ways. The order is that of the draw below.
typedef enum {
  SOUND,
  ANONYMOUS_CALLEE,
  EMPTY_CALLEE,
  BAD_SECONDS,
  BAD_START,
  TRUNCATED,
  UNKNOWN_COUNTRY,
} Defect;

static int account_count, prefix_count, account_draw_count, prefix_draw_count;
static Account *accounts;
static Prefix *prefixes;
static uint32_t *account_draws, *prefix_draws;
static int duration_seconds[DURATION_COUNT];
static double share_before_hour[HOURS_A_MONTH + 1];

// splitmix64's finaliser.
static inline uint64_t mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

// 64 random bits for one purpose of one record.
static inline uint64_t draw(uint64_t record, uint64_t purpose) {
  return mix(mix(record * 0x2545F4914F6CDD1Dull + SEED) + purpose * 0xD1342543DE82EF95ull);
}

static inline char *put(char *out, const char *text) {
  size_t length = strlen(text);
  memcpy(out, text, length);
  return out + length;
}

static inline char *put_two_digits(char *out, int value) {
  *out++ = '0' + value / 10;
  *out++ = '0' + value % 10;
  return out;
}

static inline char *put_number(char *out, uint32_t value) {
  char digits[12];
  int count = 0;
  do {
    digits[count++] = '0' + value % 10;
    value /= 10;
  } while (value);
  while (count) *out++ = digits[--count];
  return out;
}

// A version 4 UUID.
static char *put_call_id(char *out, uint64_t high, uint64_t low) {
  high = (high & ~0xF000ull) | 0x4000ull;
  low = (low & ~(3ull << 62)) | (2ull << 62);
  for (int i = 0; i < 16; i++) {
    if (i == 8 || i == 12) *out++ = '-';
    *out++ = HEX_DIGITS[(high >> (60 - 4 * i)) & 15];
  }
  *out++ = '-';
  for (int i = 0; i < 16; i++) {
    if (i == 4) *out++ = '-';
    *out++ = HEX_DIGITS[(low >> (60 - 4 * i)) & 15];
  }
  return out;
}

// Seconds since the month began (UTC). Records are written when a call ends, so starts are only nearly
// sorted.
static long start_second(uint64_t record, uint64_t record_count, uint64_t bits) {
  double share = (record + 0.5) / (double)record_count;
  int low = 0, high = HOURS_A_MONTH;
  while (high - low > 1) {
    int middle = (low + high) / 2;
    if (share_before_hour[middle] <= share) low = middle;
    else high = middle;
  }
  double width = share_before_hour[low + 1] - share_before_hour[low];
  long second = (long)(low * 3600 + (share - share_before_hour[low]) / width * 3600.0);
  second -= (long)((bits & 0xFFFF) % 180);
  return second < 0 ? 0 : second;
}

// March 2025 in the account's zone; an offset can reach into the last of February or the first of April.
static char *put_start(char *out, long utc_second, int zone) {
  long local = utc_second + ZONES[zone].offset_minutes * 60;
  long day = local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
  long second_of_day = local - day * 86400;
  int month = 3, day_of_month = (int)day + 1;
  if (day_of_month < 1) {
    month = 2;
    day_of_month += 28;
  } else if (day_of_month > 31) {
    month = 4;
    day_of_month -= 31;
  }
  out = put(out, "2025-");
  out = put_two_digits(out, month);
  *out++ = '-';
  out = put_two_digits(out, day_of_month);
  *out++ = 'T';
  out = put_two_digits(out, second_of_day / 3600);
  *out++ = ':';
  out = put_two_digits(out, second_of_day / 60 % 60);
  *out++ = ':';
  out = put_two_digits(out, second_of_day % 60);
  return put(out, ZONES[zone].suffix);
}

// A full number under a prefix, its further digits taken from `bits`.
static char *put_called_number(char *out, const char *digits, int length, int number_length, uint64_t bits) {
  *out++ = '+';
  memcpy(out, digits, length);
  out += length;
  for (int i = length; i < number_length; i++) {
    *out++ = '0' + bits % 10;
    bits /= 10;
  }
  return out;
}

// A third of the calls go to one of the account's favourites, the first ones most often.
static char *put_callee(char *out, uint64_t account_index, uint64_t taste, uint64_t pick, uint64_t digits) {
  const Prefix *prefix;
  if ((taste >> 40) % 100 < 35) {
    uint64_t skewed = (pick & 0xFFFF) * ((pick >> 16) & 0xFFFF) >> 16;
    uint64_t rank = skewed % accounts[account_index].favourite_count;
    uint64_t favourite = mix(account_index * 977 + rank + 7777);
    prefix = &prefixes[prefix_draws[favourite % prefix_draw_count]];
    digits = mix(favourite);
  } else {
    prefix = &prefixes[prefix_draws[pick % prefix_draw_count]];
  }
  return put_called_number(out, prefix->digits, prefix->length, prefix->number_length, digits);
}

static Defect defect_of(uint64_t bits) {
  uint32_t in_ten_thousand = (uint32_t)(bits % 10000);
  if (in_ten_thousand < 1) return ANONYMOUS_CALLEE;
  if (in_ten_thousand < 2) return EMPTY_CALLEE;
  if (in_ten_thousand < 4) return BAD_SECONDS;
  if (in_ten_thousand < 5) return BAD_START;
  if (in_ten_thousand < 6) return TRUNCATED;
  if (in_ten_thousand < 10) return UNKNOWN_COUNTRY;
  return SOUND;
}

static const char *unanswered_disposition(uint64_t bits) {
  int in_twenty = bits % 20;
  return in_twenty < 12 ? "NO ANSWER" : in_twenty < 17 ? "BUSY" : "FAILED";
}

static char *put_record(char *out, uint64_t record, uint64_t record_count) {
  uint64_t bits[7];
  for (int purpose = 0; purpose < 7; purpose++) bits[purpose] = draw(record, purpose);
  Defect defect = defect_of(bits[2] >> 32);
  uint64_t account_index = account_draws[bits[2] % account_draw_count];
  const Account *account = &accounts[account_index];

  out = put_call_id(out, bits[0], bits[1]);
  *out++ = ',';
  char *const after_id = out;
  out = put_start(out, start_second(record, record_count, bits[3]), account->zone);
  *out++ = ',';
  out = put(out, account->id);
  out = put(out, ",+");
  out = put(out, account->number_stem);
  out = put_two_digits(out, (bits[3] >> 16) % account->number_count % 100);
  *out++ = ',';

  char *const callee = out;
  if (defect == UNKNOWN_COUNTRY) out = put_called_number(out, UNASSIGNED[bits[5] & 7], 3, 12, bits[4]);
  else if (defect == ANONYMOUS_CALLEE) out = put(out, "anonymous");
  else if (defect != EMPTY_CALLEE) out = put_callee(out, account_index, bits[3], bits[4], bits[5]);

  int is_inbound = (bits[6] & 0xFFFF) % 1000 < 60;
  if (defect == ANONYMOUS_CALLEE || defect == EMPTY_CALLEE) is_inbound = 0;
  out = put(out, is_inbound ? ",inbound," : ",outbound,");

  int is_answered = ((bits[6] >> 16) & 0xFFFF) % 1000 < 880;
  int ring_seconds = 1 + ((bits[6] >> 32) & 0xFF) % 28;
  int talk_seconds = is_answered ? duration_seconds[(bits[6] >> 40) & (DURATION_COUNT - 1)] : 0;
  out = put_number(out, ring_seconds + talk_seconds);
  *out++ = ',';
  out = defect == BAD_SECONDS ? put(out, "N/A") : put_number(out, talk_seconds);
  *out++ = ',';
  out = put(out, is_answered ? "ANSWERED" : unanswered_disposition(bits[2] >> 50));
  out = put(out, ",PJSIP/carrier");
  out = put_two_digits(out, 1 + (bits[5] >> 48) % 24);
  *out++ = '-';
  uint32_t channel = (uint32_t)(record * 2 + 1 + ((bits[5] >> 40) & 1));
  for (int shift = 28; shift >= 0; shift -= 4) *out++ = HEX_DIGITS[(channel >> shift) & 15];

  if (defect == BAD_START) {
    out = put(after_id, "0000-00-00 00:00,");
    out = put(out, account->id);
    out = put(out, ",+491700000000,+4930123456,outbound,10,9,ANSWERED,PJSIP/carrier01-00000000");
  } else if (defect == TRUNCATED) {
    out = callee + 4;
  }
  *out++ = '\n';
  return out;
}

// The record that a repeated line repeats: half of them one of the last thousand, half any earlier one.
static uint64_t repeated_record(uint64_t record, uint64_t bits) {
  if (!(bits & 1)) return (bits >> 1) % record;
  uint64_t back = 1 + (bits >> 1) % 1000;
  return record - (back > record ? record : back);
}

// One line in 200 repeats an earlier one, byte for byte; where that one is a repetition, its original.
static uint64_t original_of(uint64_t line) {
  uint64_t record = line;
  for (int depth = 0; depth < 9; depth++) {
    uint64_t bits = draw(record, 99);
    if (record <= 10 || bits % 1000 >= 5) break;
    record = repeated_record(record, bits >> 12);
  }
  return record;
}

static void fail(const char *what) {
  fprintf(stderr, "emit_cdrs: %s\n", what);
  exit(1);
}

static void write_all(const char *bytes, size_t count) {
  while (count) {
    ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written <= 0) fail("cannot write the records");
    bytes += written;
    count -= written;
  }
}

static int read_count(FILE *file) {
  int count;
  if (fscanf(file, "%d", &count) != 1 || count <= 0) fail("bad tables: a count is missing");
  return count;
}

static uint32_t *read_draws(FILE *file, int *count) {
  *count = read_count(file);
  uint32_t *draws = malloc(*count * sizeof *draws);
  for (int i = 0; i < *count; i++)
    if (fscanf(file, "%u", &draws[i]) != 1) fail("bad tables: draws are missing");
  return draws;
}

static void read_accounts(FILE *file) {
  account_count = read_count(file);
  accounts = calloc(account_count, sizeof *accounts);
  for (int i = 0; i < account_count; i++) {
    Account *a = &accounts[i];
    if (fscanf(file, "%11s %d %d %15s %d", a->id, &a->zone, &a->number_count, a->number_stem,
               &a->favourite_count) != 5)
      fail("bad tables: an account is incomplete");
  }
}

static void read_prefixes(FILE *file) {
  prefix_count = read_count(file);
  prefixes = calloc(prefix_count, sizeof *prefixes);
  for (int i = 0; i < prefix_count; i++) {
    Prefix *p = &prefixes[i];
    if (fscanf(file, "%11s %d", p->digits, &p->number_length) != 2)
      fail("bad tables: a prefix is incomplete");
    p->length = strlen(p->digits);
  }
}

// The share of the month's calls before each hour. The first of March 2025 is a Saturday: day 5 from Monday.
static void read_hours(FILE *file) {
  int calls[7 * 24];
  for (int i = 0; i < 7 * 24; i++)
    if (fscanf(file, "%d", &calls[i]) != 1) fail("bad tables: hours are missing");
  double total = 0;
  for (int hour = 0; hour < HOURS_A_MONTH; hour++) {
    share_before_hour[hour] = total;
    total += calls[(hour / 24 + 5) % 7 * 24 + hour % 24];
  }
  share_before_hour[HOURS_A_MONTH] = total;
  for (int hour = 0; hour <= HOURS_A_MONTH; hour++) share_before_hour[hour] /= total;
}

static void read_tables(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) fail("cannot open the tables");
  read_accounts(file);
  account_draws = read_draws(file, &account_draw_count);
  read_prefixes(file);
  prefix_draws = read_draws(file, &prefix_draw_count);
  for (int i = 0; i < DURATION_COUNT; i++)
    if (fscanf(file, "%d", &duration_seconds[i]) != 1) fail("bad tables: durations are missing");
  read_hours(file);
  fclose(file);
}

int main(int argc, char **argv) {
  if (argc != 3) fail("usage: emit_cdrs TABLES CALLS");
  read_tables(argv[1]);
  uint64_t record_count = strtoull(argv[2], NULL, 10);

  char *buffer = malloc(BUFFER_BYTES + LINE_BYTES_MAX);
  char *out = put(buffer, HEADER);
  for (uint64_t line = 0; line < record_count; line++) {
    out = put_record(out, original_of(line), record_count);
    if (out - buffer > BUFFER_BYTES) {
      write_all(buffer, out - buffer);
      out = buffer;
    }
  }
  write_all(buffer, out - buffer);
  return 0;
}
