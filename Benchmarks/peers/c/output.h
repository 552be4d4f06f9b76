// The two result tables, sorted by bytes.
#pragma once
#include "rater.h"

typedef struct {
  uint64_t group_count;
  int64_t covered_seconds, plan_charge;
} OutputTotals;

// Writes DIRECTORY/summary.csv and DIRECTORY/plan_charges.csv.
OutputTotals write_results(const Rater *rater, const char *directory);
