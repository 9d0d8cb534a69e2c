# Who answered: n, degrees of freedom, standard errors and design effects by R 4.2 and package survey 4.5.
# Rscript answering.R > answering.csv, in this folder.
suppressMessages(library(survey))
row <- function(case, level, item, design) {
  y <- as.formula(paste0("~I(as.numeric(", item, " >= 4))"))
  answered <- subset(design, !is.na(design$variables[[item]]))
  found <- svymean(y, answered, deff = "replace")
  df <- degf(answered)
  cat(paste(c(case, level, item, as.numeric(coef(unwtd.count(as.formula(paste0("~", item)), answered))),
              sprintf("%.17g", c(coef(found), SE(found))), df, sprintf("%.17g", c(deff(found)))), collapse = ","), "\n", sep = "")
}
both <- function(case, items, domain, design) for (item in items) {
  row(case, "", item, design)
  for (level in sort(unique(design$variables[[domain]]))) {
    row(case, level, item, design[design$variables[[domain]] == level, ])
  }
}
cat("case,level,item,n,estimate,se,df,deff\n")
few <- read.csv("few_of_many.csv")
row("few_of_many", "", "f1", svydesign(~v, strata = ~d, data = few, weights = ~1))
few <- read.csv("few_villages.csv")
row("few_villages", "", "f1", svydesign(~v, data = few, weights = ~1))
drawn <- read.csv("drawn.csv", colClasses = c(unit = "character"))
both("drawn", c("q1", "q2"), "unit", svydesign(~psu, strata = ~unit, weights = ~w, data = drawn))
zero <- read.csv("weight_0.csv")
both("weight_0", c("q1", "q2"), "d", svydesign(~v, strata = ~h, weights = ~w, data = zero))
options(survey.lonely.psu = "average")
average <- read.csv("average.csv")
both("average", c("q1", "q2"), "d", svydesign(~v, strata = ~h, weights = ~w, data = average))
both("average_fpc", c("q1", "q2"), "d", svydesign(~v, strata = ~h, weights = ~w, fpc = ~N, data = average))
later <- average[ave(as.numeric(factor(average$p)), average$v, FUN = function(p) length(unique(p))) > 1, ]
both("average_stages", "q2", "d", svydesign(~v + p, strata = ~h, weights = ~w, fpc = ~N + M, data = later))
write.csv(later, "average_stages.csv", row.names = FALSE, na = "", quote = FALSE)
