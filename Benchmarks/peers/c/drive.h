// Two ways to keep two cores busy.
#pragma once
#include "rater.h"
#include "source.h"

// One thread reads and decompresses, the calling one rates. For anything, pipes included.
void rate_in_pipeline(Rater *rater, Source *source);

// Two threads take pieces of the file (zstd frames, or slices of plain text) and do all the work for each,
// one from the front and one from the back. Each has sums of its own, which costs memory and a merge at the
// end.
void rate_in_pieces(Rater *raters[2], const char *path, Compression compression);
