#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "drive.h"
#include "memory.h"

enum {
  SLICE_BYTES = 16 << 20,  // of plain text
  BUFFER_BYTES = 256 << 10,
  AFTER_BYTES = 128,  // readable after the text, for vector loads
};

// A piece begins and ends anywhere in a line: its first and last bytes are kept and joined with the
// neighbours'.
typedef struct {
  size_t offset, length;  // in the file
  char *head, *tail;      // up to the first newline; after the last one
  size_t head_length, tail_length;
} Piece;

static struct {
  pthread_mutex_t lock;  // guards first and last
  long first, last;      // the pieces that nobody has taken
  Piece *pieces;
  int file;
  const char *frames;  // the mapped file where it is zstd, else NULL
} work = {.lock = PTHREAD_MUTEX_INITIALIZER};

static Piece *take_piece(bool from_the_back) {
  pthread_mutex_lock(&work.lock);
  long index = work.first > work.last ? -1 : from_the_back ? work.last-- : work.first++;
  pthread_mutex_unlock(&work.lock);
  return index < 0 ? NULL : &work.pieces[index];
}

// The next text of a piece, up to BUFFER_BYTES; `*at` counts the bytes of the file that were used.
static size_t read_piece(const Piece *piece, size_t *at, ZSTD_DCtx *zstd, char *target) {
  if (!work.frames) {
    size_t wanted = piece->length - *at < BUFFER_BYTES ? piece->length - *at : BUFFER_BYTES;
    ssize_t count = wanted ? pread(work.file, target, wanted, piece->offset + *at) : 0;
    if (count < 0) fail("cannot read the input");
    *at += count;
    return count;
  }
  ZSTD_inBuffer in = {work.frames + piece->offset, piece->length, *at};
  ZSTD_outBuffer out = {target, BUFFER_BYTES, 0};
  while (out.pos < out.size) {
    size_t in_before = in.pos, out_before = out.pos;
    size_t result = ZSTD_decompressStream(zstd, &out, &in);
    if (ZSTD_isError(result)) fail(ZSTD_getErrorName(result));
    if (in.pos == in.size && (result == 0 || (in.pos == in_before && out.pos == out_before))) break;
  }
  *at = in.pos;
  return out.pos;
}

static void keep_head(Piece *piece, const char *text, size_t length) {
  piece->head = realloc(piece->head, piece->head_length + length);
  memcpy(piece->head + piece->head_length, text, length);
  piece->head_length += length;
}

static void rate_piece(Rater *rater, Piece *piece, ZSTD_DCtx *zstd, char *memory) {
  size_t at = 0, unfinished_length = 0, count;
  bool has_head = false;
  char *const base = memory + LINE_BYTES_MAX;
  ZSTD_DCtx_reset(zstd, ZSTD_reset_session_only);
  while ((count = read_piece(piece, &at, zstd, base))) {
    char *text = base - unfinished_length;
    size_t length = unfinished_length + count;
    if (!has_head) {
      char *newline = memchr(text, '\n', length);
      size_t head_length = newline ? newline + 1 - text : (ptrdiff_t)length;
      keep_head(piece, text, head_length);
      if (!newline) continue;
      has_head = true;
      text += head_length;
      length -= head_length;
    }
    char *newline = memrchr(text, '\n', length);
    size_t whole = newline ? newline + 1 - text : 0;
    unfinished_length = length - whole;
    if (unfinished_length > LINE_BYTES_MAX) fail("a line is too long");
    rate_lines(rater, text, whole);
    memmove(base - unfinished_length, text + whole, unfinished_length);
  }
  piece->tail = malloc(unfinished_length + 1);
  memcpy(piece->tail, base - unfinished_length, unfinished_length);
  piece->tail_length = unfinished_length;
}

typedef struct {
  Rater *rater;
  bool from_the_back;
} Worker;

static void *rate_pieces(void *argument) {
  Worker *worker = argument;
  char *memory = malloc(LINE_BYTES_MAX + BUFFER_BYTES + AFTER_BYTES);
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  Piece *piece;
  while ((piece = take_piece(worker->from_the_back))) rate_piece(worker->rater, piece, zstd, memory);
  ZSTD_freeDCtx(zstd);
  free(memory);
  return NULL;
}

// The lines across the borders. The first piece's head is the file's header and is left out.
static void rate_border_lines(Rater *rater, long piece_count) {
  size_t length = 0, capacity = AFTER_BYTES;
  for (long i = 0; i < piece_count; i++) capacity += work.pieces[i].head_length + work.pieces[i].tail_length;
  char *text = malloc(capacity);
  for (long i = 0; i < piece_count; i++) {
    const Piece *piece = &work.pieces[i];
    if (i > 0) {
      memcpy(text + length, piece->head, piece->head_length);
      length += piece->head_length;
    }
    memcpy(text + length, piece->tail, piece->tail_length);
    length += piece->tail_length;
  }
  if (length && text[length - 1] != '\n') text[length++] = '\n';
  rate_lines(rater, text, length);
  free(text);
}

static void add_piece(long *count, size_t offset, size_t length) {
  if ((*count & (*count - 1)) == 0)
    work.pieces = realloc(work.pieces, (*count ? *count * 2 : 1) * sizeof *work.pieces);
  work.pieces[(*count)++] = (Piece){.offset = offset, .length = length};
}

static long find_pieces(size_t file_bytes, Compression compression) {
  long count = 0;
  if (compression == PLAIN) {
    for (size_t offset = 0; offset < file_bytes; offset += SLICE_BYTES)
      add_piece(&count, offset, file_bytes - offset < SLICE_BYTES ? file_bytes - offset : SLICE_BYTES);
    return count;
  }
  work.frames = mmap(NULL, file_bytes, PROT_READ, MAP_PRIVATE, work.file, 0);
  if (work.frames == MAP_FAILED) fail("cannot map the input");
  for (size_t offset = 0; offset < file_bytes;) {
    size_t length = ZSTD_findFrameCompressedSize(work.frames + offset, file_bytes - offset);
    if (ZSTD_isError(length)) fail(ZSTD_getErrorName(length));
    add_piece(&count, offset, length);
    offset += length;
  }
  return count;
}

void rate_in_pieces(Rater *raters[2], const char *path, Compression compression) {
  if (compression == GZIP) fail("gzip input cannot be split into pieces");
  work.file = open(path, O_RDONLY);
  struct stat status;
  if (work.file < 0 || fstat(work.file, &status)) fail(path);
  long count = find_pieces(status.st_size, compression);
  work.last = count - 1;
  Worker front = {raters[0], false}, back = {raters[1], true};
  pthread_t thread;
  if (pthread_create(&thread, NULL, rate_pieces, &back)) fail("cannot start a thread");
  rate_pieces(&front);
  pthread_join(thread, NULL);
  rate_border_lines(raters[0], count);
}
