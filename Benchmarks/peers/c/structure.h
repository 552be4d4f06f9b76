// Where fields and lines end in a window of text, found with AVX2 at some 18 GB/s.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Text that is looked at together; its positions stay in the L2 cache until they are used.
enum { WINDOW_BYTES = 128 << 10 };

typedef struct {
  uint32_t ends[WINDOW_BYTES + 64];       // of all fields: positions of commas and newlines
  uint32_t line_ends[WINDOW_BYTES + 64];  // indices of the newlines among `ends`
} Structure;

// Looks at the bytes from `from` up to `until`, at most WINDOW_BYTES of them; reads up to 63 bytes more.
// Returns the number of lines that end there.
uint32_t find_structure(Structure *structure, const char *text, size_t from, size_t until);
