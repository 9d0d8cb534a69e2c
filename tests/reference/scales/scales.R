# Reference values of items on scales of different lengths. Run in this folder with R, survey 4.5 and carData 3.0-5:
#   Rscript scales.R
# It writes beps.csv (the data set BEPS of carData, the British Election Panel Study of 1997 to 2001, with sampling units and
# weights that the script adds) and expected.csv.
suppressMessages(library(survey))
options(digits = 17, warn = -1)
if (requireNamespace("carData", quietly = TRUE)) data(BEPS, package = "carData") else load(Sys.getenv("BEPS"))
X <- BEPS
X$vote <- as.character(X$vote)
X$gender <- as.character(X$gender)
# From 0 to 10, as such questions are asked today.
X$europe10 <- X$Europe - 1
X$unit <- paste0("u", X$age %/% 5)
X$w <- 1 + (X$age %% 7) / 10
# Some did not answer: every eleventh row the 0-10 question, every thirteenth the one from 0 to 3.
X$europe10[seq_len(nrow(X)) %% 11 == 0] <- NA
X$political.knowledge[seq_len(nrow(X)) %% 13 == 0] <- NA
write.csv(X, "beps.csv", row.names = FALSE, na = "", quote = FALSE)

# item, lowest value, highest value, satisfied from (after reversing), reversed
items <- data.frame(
  item = c("economic.cond.national", "Europe", "europe10", "political.knowledge"),
  min = c(1, 1, 0, 0), max = c(5, 11, 10, 3), from = c(4, 7, 7, 2), rev = c(FALSE, TRUE, FALSE, FALSE)
)
rows <- list()
add <- function(case, level, statistic, item, n, df, est, se, low = NA, high = NA)
  rows[[length(rows) + 1]] <<- data.frame(case, level, statistic, item, n, df, estimate = est, se, ci_low = low, ci_high = high)
value <- function(i, X) if (items$rev[i]) items$min[i] + items$max[i] - X[[items$item[i]]] else X[[items$item[i]]]
of_level <- function(case, level, d) {
  for (i in seq_len(nrow(items))) {
    item <- items$item[i]
    d$variables$s <- value(i, d$variables)
    d$variables$y <- as.numeric(d$variables$s >= items$from[i])
    d$variables$p <- 100 * ((d$variables$s >= 9) - (d$variables$s <= 6))
    a <- subset(d, !is.na(s))
    n <- nrow(a$variables)
    df <- degf(a)
    # By a method that names no interval of shares svyciprop would warn; xlogit is the default of ours.
    ci <- svyciprop(~y, a, method = "xlogit", df = df)
    add(case, level, "top2", item, n, df, as.numeric(coef(ci)), as.numeric(SE(ci)), confint(ci)[1], confint(ci)[2])
    m <- svymean(~s, a)
    t <- confint(m, df = df)
    add(case, level, "mean", item, n, df, as.numeric(coef(m)), as.numeric(SE(m)), t[1], t[2])
    if (item == "europe10") {
      m <- svymean(~p, a)
      t <- confint(m, df = df)
      add(case, level, "nps", item, n, df, as.numeric(coef(m)), as.numeric(SE(m)), t[1], t[2])
    }
  }
  # The score: the mean over items of (m - min) / (max - min), a contrast of ratios, since not everybody answered everything.
  X <- d$variables
  num <- sapply(seq_len(nrow(items)), function(i) {
    v <- (value(i, X) - items$min[i]) / (items$max[i] - items$min[i])
    ifelse(is.na(v), 0, v)
  })
  den <- sapply(seq_len(nrow(items)), function(i) as.numeric(!is.na(X[[items$item[i]]])))
  w <- weights(d, "sampling")
  r <- colSums(w * num) / colSums(w * den)
  z <- rowSums(sweep(num - sweep(den, 2, r, "*"), 2, colSums(w * den), "/")) * 100 / nrow(items)
  d <- update(d, z = z)
  add(case, level, "index_score", "", nrow(X), degf(d), 100 * mean(r), as.numeric(SE(svytotal(~z, d))))
}
designs <- list(
  simple = svydesign(ids = ~1, weights = ~1, data = X),
  clustered = svydesign(ids = ~unit, strata = ~vote, weights = ~w, data = X, nest = TRUE)
)
options(survey.lonely.psu = "remove")
for (case in names(designs)) {
  of_level(case, "", designs[[case]])
  for (level in sort(unique(X$gender))) of_level(case, level, subset(designs[[case]], gender == level))
}
write.csv(do.call(rbind, rows), "expected.csv", row.names = FALSE, na = "", quote = FALSE)
