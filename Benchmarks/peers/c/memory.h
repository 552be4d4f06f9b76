// Memory and failure for the C peer: big zeroed arrays on huge pages, and one way to give up.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

// Ends the program with a message; this program measures speed and has no partial success.
_Noreturn void fail(const char *what);

// Zeroed memory on huge pages. Only what is touched becomes resident, so asking for too much costs address
// space alone. Random access to hundreds of MB over 4 KiB pages made the whole job 1.45 times as long.
void *big_zeroed(size_t bytes);
void big_free(void *memory, size_t bytes);

// The bytes of DIRECTORY/NAME with a final zero byte.
char *read_text(const char *directory, const char *name);

// One line of a small CSV table: splits it in place at the commas (there are no quotes) and moves `*next` to
// the line after it. Returns the number of fields, at most `field_count_max`; 0 at the end of the text.
int next_row(char **next, char *fields[], int field_count_max);

// A decimal such as 0.019 in millionths; further digits are cut off.
int64_t micro_units(const char *decimal);
