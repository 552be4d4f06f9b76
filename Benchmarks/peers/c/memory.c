#define _GNU_SOURCE
#include "memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HUGE_PAGE_BYTES = 2 << 20 };

_Noreturn void fail(const char *what) {
  fprintf(stderr, "rate: %s\n", what);
  exit(1);
}

static size_t whole_pages(size_t bytes) {
  return (bytes + HUGE_PAGE_BYTES - 1) & ~(size_t)(HUGE_PAGE_BYTES - 1);
}

void *big_zeroed(size_t bytes) {
  size_t length = whole_pages(bytes);
  // One page more than needed: the kernel gives huge pages only to aligned ranges.
  char *mapped = mmap(NULL, length + HUGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) fail("out of memory");
  char *aligned = (char *)whole_pages((size_t)mapped);
  madvise(aligned, length, MADV_HUGEPAGE);
  return aligned;
}

void big_free(void *memory, size_t bytes) { munmap(memory, whole_pages(bytes)); }

char *read_text(const char *directory, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  int file = open(path, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status)) fail(path);
  size_t size = status.st_size, filled = 0;
  char *text = malloc(size + 1);
  while (filled < size) {
    ssize_t count = read(file, text + filled, size - filled);
    if (count <= 0) fail(path);
    filled += count;
  }
  text[size] = 0;
  close(file);
  return text;
}

int next_row(char **next, char *fields[], int field_count_max) {
  char *at = *next;
  if (!*at) return 0;
  int count = 0;
  fields[count++] = at;
  for (; *at && *at != '\n'; at++) {
    if (*at != ',') continue;
    *at = 0;
    if (count == field_count_max) fail("a table has more columns than it should");
    fields[count++] = at + 1;
  }
  *next = *at ? at + 1 : at;
  *at = 0;
  return count;
}

int64_t micro_units(const char *decimal) {
  int64_t value = 0;
  while (*decimal >= '0' && *decimal <= '9') value = value * 10 + (*decimal++ - '0');
  if (*decimal == '.') decimal++;
  for (int digit = 0; digit < 6; digit++) {
    value *= 10;
    if (*decimal >= '0' && *decimal <= '9') value += *decimal++ - '0';
  }
  return value;
}
