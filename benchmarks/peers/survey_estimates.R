# The stratified ratio by R's survey package: Rscript survey_estimates.R ROWS.csv RUNS
# Prints: version, ratio, standard error, then for each run the seconds of design and estimate together.
suppressMessages(library(survey))
given <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(given[1])
seconds <- numeric(0)
for (run in seq_len(as.integer(given[2]))) {
  seconds <- c(seconds, system.time({
    design <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~incidents, data = rows)
    found <- svyratio(~recorded, ~should_record, design)
  })[["elapsed"]])
}
cat(as.character(packageVersion("survey")), sprintf("%.12f", coef(found)), sprintf("%.12f", SE(found)), seconds, "\n")
