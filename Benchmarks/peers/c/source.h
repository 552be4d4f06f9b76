// Where text comes from: a file or a pipe, plain, zstd or gzip, known by its first bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum { PLAIN, ZSTD, GZIP } Compression;

typedef struct Source Source;

// Opens a path, or stdin for "-".
Source *open_source(const char *path);
Compression source_compression(const Source *source);

// Up to `length` bytes of text, fewer only at the end.
size_t read_source(Source *source, char *target, size_t length);

// How much text the source will about give; 0 where it is a pipe.
uint64_t estimated_text_bytes(const Source *source);
void close_source(Source *source);
