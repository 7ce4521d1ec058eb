# Audits of bench_against_survey.py by R's survey package: Rscript survey_audits.R FOLDER NUMBER
# Prints a line a figure: audit, what, estimate, standard error.
suppressMessages(library(survey))
given <- commandArgs(trailingOnly = TRUE)
tell <- function(audit, what, found) {
  cat(audit, what, sprintf("%.14g", c(coef(found), SE(found))), "\n")
}
for (audit in seq_len(as.integer(given[2])) - 1) {
  rows <- read.csv(sprintf("%s/%d.csv", given[1], audit))
  design <- svydesign(ids = ~incident_id, strata = ~stratum, fpc = ~incidents, data = rows)
  lone <- any(table(rows$stratum) == 1)
  for (rule in if (lone) c("certainty", "remove", "adjust", "average") else "fail") {
    options(survey.lonely.psu = rule)
    tell(audit, paste0("rate:", rule), svyratio(~recorded, ~should_record, design))
    for (part in c("a", "b")) {
      inside <- subset(design, part_of == part)
      tell(audit, paste0("part:", rule, ":", part), svyratio(~recorded, ~should_record, inside))
    }
  }
  if (lone) next
  replicates <- as.svrepdesign(design, type = "JKn", mse = TRUE)
  tell(audit, "jackknife", svyratio(~recorded, ~should_record, replicates))
  known <- unique(rows[c("route", "route_incidents")])
  names(known)[2] <- "Freq"
  tell(audit, "poststrata", svyratio(~recorded, ~should_record, postStratify(design, ~route, known)))
  tell(audit, "missed", svytotal(~I(should_record - recorded), design))
  unequal <- svydesign(ids = ~incident_id, strata = ~stratum, fpc = ~chance, pps = "brewer", data = rows)
  tell(audit, "unequal", svyratio(~recorded, ~should_record, unequal))
}
