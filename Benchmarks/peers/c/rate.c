// rate DATA CDRS OUT [--dedupe] [--pieces] [--plans NAME] [--expect-bytes N]
//
// The C peer: what an expert would write for this one job and nothing else. Rates the records of CDRS (a
// path, or "-" for stdin) with the deck, plans and accounts in DATA, on two threads. Writes OUT/summary.csv
// and OUT/plan_charges.csv, prints the totals as JSON. --expect-bytes says about how much a pipe will bring.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "accounts.h"
#include "deck.h"
#include "drive.h"
#include "memory.h"
#include "output.h"

enum { RECORD_BYTES = 140 };  // about, for the size of the filter

typedef struct {
  const char *data, *cdrs, *out, *plans;
  bool with_dedupe, in_pieces;
  uint64_t expected_bytes;
} Options;

static Options parse_options(int argc, char **argv) {
  if (argc < 4) fail("usage: rate DATA CDRS OUT [--dedupe] [--pieces] [--plans NAME] [--expect-bytes N]");
  Options options = {argv[1], argv[2], argv[3], "flat", false, false, 2ull << 30};
  for (int i = 4; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (!strcmp(argv[i], "--dedupe")) options.with_dedupe = true;
    else if (!strcmp(argv[i], "--pieces")) options.in_pieces = true;
    else if (!strcmp(argv[i], "--plans")) options.plans = value, i++;
    else if (!strcmp(argv[i], "--expect-bytes")) options.expected_bytes = strtoull(value, NULL, 10), i++;
    else fail("unknown option");
  }
  return options;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static Rater *rate_input(const Options *options) {
  Source *source = open_source(options->cdrs);
  uint64_t text_bytes = estimated_text_bytes(source);
  if (!text_bytes) text_bytes = options->expected_bytes;
  if (options->with_dedupe) make_filter(text_bytes / RECORD_BYTES);
  Rater *raters[2];
  int rater_count = options->in_pieces ? 2 : 1;
  for (int i = 0; i < rater_count; i++) raters[i] = new_rater(options->with_dedupe, options->in_pieces);
  if (options->in_pieces) rate_in_pieces(raters, options->cdrs, source_compression(source));
  else rate_in_pipeline(raters[0], source);
  close_source(source);
  if (options->with_dedupe) rate_suspects(raters, rater_count);
  if (options->in_pieces) merge_rater(raters[0], raters[1]);
  return raters[0];
}

static void print_totals(const Totals *t, const OutputTotals *output) {
  printf("{\"records\": %" PRIu64 ", \"malformed\": %" PRIu64 ", \"duplicates\": %" PRIu64
         ", \"inbound\": %" PRIu64 ", \"unanswered\": %" PRIu64 ", \"unknown\": %" PRIu64
         ", \"rated\": %" PRIu64 ", \"billsec\": %" PRIu64 ", \"billed\": %" PRIu64
         ", \"deck_charge\": %" PRIu64 ", \"covered_sec\": %" PRId64 ", \"plan_charge\": %" PRId64
         ", \"groups\": %" PRIu64 "}\n",
         t->records, t->malformed, t->duplicates, t->inbound, t->unanswered, t->unknown, t->rated, t->seconds,
         t->billed_seconds, t->charge, output->covered_seconds, output->plan_charge, output->group_count);
}

int main(int argc, char **argv) {
  Options options = parse_options(argc, argv);
  double start = seconds_now();
  prepare_months();
  load_deck(options.data);
  load_accounts(options.data, options.plans);
  double loaded = seconds_now();
  Rater *rater = rate_input(&options);
  double rated = seconds_now();
  OutputTotals output = write_results(rater, options.out);
  double written = seconds_now();
  print_totals(&rater->totals, &output);
  fprintf(stderr, "load %.3f s, rate %.3f s, write %.3f s\n", loaded - start, rated - loaded,
          written - rated);
  return 0;
}
