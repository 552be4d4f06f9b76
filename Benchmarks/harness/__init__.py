"""Runs ratemill and its peers on one workload, checks that they agree, and says how fast they are."""
