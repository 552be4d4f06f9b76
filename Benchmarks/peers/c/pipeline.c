#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "memory.h"

enum {
  BLOCK_COUNT = 16,
  BLOCK_BYTES = 256 << 10,
  AFTER_BYTES = 128,  // readable after the text, for vector loads
};

// A block of text. In front of it is room for the unfinished line of the block before.
typedef struct {
  char *memory;
  size_t length;
  enum { FREE, FILLED, LAST } state;  // guarded by `lock`
} Block;

static Block ring[BLOCK_COUNT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_changed = PTHREAD_COND_INITIALIZER;

static void set_state(Block *block, int state) {
  pthread_mutex_lock(&lock);
  block->state = state;
  pthread_cond_signal(&has_changed);  // Only one thread can be waiting: the other one is here.
  pthread_mutex_unlock(&lock);
}

static void wait_while(const Block *block, bool is_free) {
  pthread_mutex_lock(&lock);
  while ((block->state == FREE) == is_free) pthread_cond_wait(&has_changed, &lock);
  pthread_mutex_unlock(&lock);
}

static void *fill_blocks(void *argument) {
  Source *source = argument;
  for (int i = 0;; i = (i + 1) % BLOCK_COUNT) {
    Block *block = &ring[i];
    wait_while(block, false);
    block->length = read_source(source, block->memory + LINE_BYTES_MAX, BLOCK_BYTES);
    bool is_last = block->length < BLOCK_BYTES;
    set_state(block, is_last ? LAST : FILLED);
    if (is_last) return NULL;
  }
}

void rate_in_pipeline(Rater *rater, Source *source) {
  for (int i = 0; i < BLOCK_COUNT; i++) ring[i].memory = malloc(LINE_BYTES_MAX + BLOCK_BYTES + AFTER_BYTES);
  pthread_t reader;
  if (pthread_create(&reader, NULL, fill_blocks, source)) fail("cannot start a thread");

  static char unfinished[LINE_BYTES_MAX];
  size_t unfinished_length = 0;
  bool is_header = true, is_last = false;
  for (int i = 0; !is_last; i = (i + 1) % BLOCK_COUNT) {
    Block *block = &ring[i];
    wait_while(block, true);
    is_last = block->state == LAST;
    char *text = block->memory + LINE_BYTES_MAX - unfinished_length;
    memcpy(text, unfinished, unfinished_length);
    size_t length = unfinished_length + block->length;
    if (is_last && length && text[length - 1] != '\n') text[length++] = '\n';
    if (is_header && length) {
      char *newline = memchr(text, '\n', length);
      if (!newline) fail("the header is too long");
      length -= newline + 1 - text;
      text = newline + 1;
      is_header = false;
    }
    char *newline = memrchr(text, '\n', length);
    size_t whole = newline ? newline + 1 - text : 0;
    if (length - whole > sizeof unfinished) fail("a line is too long");
    rate_lines(rater, text, whole);
    unfinished_length = length - whole;
    memcpy(unfinished, text + whole, unfinished_length);
    set_state(block, FREE);
  }
  pthread_join(reader, NULL);
}
