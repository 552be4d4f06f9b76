#include "source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "memory.h"

enum { INPUT_BYTES = 256 << 10, MAGIC_BYTES = 4 };

struct Source {
  int file;
  Compression compression;
  uint64_t file_bytes;
  char *input;  // what was read and not decompressed yet
  size_t input_from, input_until;
  ZSTD_DStream *zstd;
  z_stream gzip;
};

// Reads more input; 0 at the end. Pipes hand out less than asked for, so the first bytes may take several
// reads.
static size_t fill_input(Source *source) {
  ssize_t count = read(source->file, source->input, INPUT_BYTES);
  if (count < 0) fail("cannot read the input");
  source->input_from = 0;
  source->input_until = count;
  return count;
}

static void detect_compression(Source *source) {
  while (source->input_until < MAGIC_BYTES) {
    ssize_t count =
        read(source->file, source->input + source->input_until, INPUT_BYTES - source->input_until);
    if (count <= 0) break;
    source->input_until += count;
  }
  if (source->input_until < MAGIC_BYTES) return;
  if (!memcmp(source->input, "\x28\xb5\x2f\xfd", 4)) {
    source->compression = ZSTD;
    source->zstd = ZSTD_createDStream();
  } else if (!memcmp(source->input, "\x1f\x8b", 2)) {
    source->compression = GZIP;
    if (inflateInit2(&source->gzip, 15 + 16) != Z_OK) fail("cannot start zlib");
  }
}

Source *open_source(const char *path) {
  Source *source = calloc(1, sizeof *source);
  source->file = strcmp(path, "-") ? open(path, O_RDONLY) : STDIN_FILENO;
  struct stat status;
  if (source->file < 0 || fstat(source->file, &status)) fail(path);
  source->file_bytes = S_ISREG(status.st_mode) ? status.st_size : 0;
  source->input = malloc(INPUT_BYTES);
  detect_compression(source);
  return source;
}

Compression source_compression(const Source *source) { return source->compression; }

// Call records compress about three times with either method.
uint64_t estimated_text_bytes(const Source *source) {
  return source->file_bytes * (source->compression == PLAIN ? 1 : 3);
}

static size_t read_plain(Source *source, char *target, size_t length) {
  size_t filled = source->input_until - source->input_from;
  if (filled > length) filled = length;
  memcpy(target, source->input + source->input_from, filled);
  source->input_from += filled;
  while (filled < length) {
    ssize_t count = read(source->file, target + filled, length - filled);
    if (count < 0) fail("cannot read the input");
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

static size_t read_zstd(Source *source, char *target, size_t length) {
  ZSTD_outBuffer out = {target, length, 0};
  while (out.pos < length) {
    // Also without new input: the decoder may still hold text.
    ZSTD_inBuffer in = {source->input, source->input_until, source->input_from};
    size_t before = out.pos;
    size_t result = ZSTD_decompressStream(source->zstd, &out, &in);
    if (ZSTD_isError(result)) fail(ZSTD_getErrorName(result));
    source->input_from = in.pos;
    if (in.pos == in.size && out.pos == before && !fill_input(source)) break;
  }
  return out.pos;
}

static size_t read_gzip(Source *source, char *target, size_t length) {
  z_stream *gzip = &source->gzip;
  gzip->next_out = (Bytef *)target;
  gzip->avail_out = length;
  while (gzip->avail_out) {
    if (source->input_from == source->input_until && !fill_input(source)) break;
    gzip->next_in = (Bytef *)source->input + source->input_from;
    gzip->avail_in = source->input_until - source->input_from;
    int result = inflate(gzip, Z_NO_FLUSH);
    source->input_from = source->input_until - gzip->avail_in;
    if (result == Z_STREAM_END) inflateReset(gzip);  // A file may have several members.
    else if (result != Z_OK && result != Z_BUF_ERROR) fail("the gzip input is damaged");
  }
  return length - gzip->avail_out;
}

size_t read_source(Source *source, char *target, size_t length) {
  switch (source->compression) {
    case PLAIN: return read_plain(source, target, length);
    case ZSTD: return read_zstd(source, target, length);
    case GZIP: return read_gzip(source, target, length);
  }
  return 0;
}

void close_source(Source *source) {
  if (source->zstd) ZSTD_freeDStream(source->zstd);
  if (source->compression == GZIP) inflateEnd(&source->gzip);
  close(source->file);
  free(source->input);
  free(source);
}
