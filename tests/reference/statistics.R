# Reference values of the statistics that a design file asks for. Run in this folder with R and its package survey 4.5:
#   Rscript statistics.R
# It writes statistics_expected.json, nhanes.csv and scd.csv (two data sets that come with the package).
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "fail", warn = -1)

out <- list()
num <- function(x) as.numeric(x)
# An estimate a level: value, standard error, degrees of freedom.
levels_of <- function(by, name) {
  list(level = as.character(by[[1]]), est = num(coef(by)), se = num(SE(by)))
}
ttest <- function(t) list(est = num(t$estimate), t = num(t$statistic), df = num(t$parameter), p = num(t$p.value), ci = num(t$conf.int))
chisq <- function(t) list(F = num(t$statistic), ndf = num(t$parameter[1]), ddf = num(t$parameter[2]), p = num(t$p.value))
quant <- function(q) unname(q[[1]][1, ])
one <- function(m) list(est = num(coef(m)), se = num(SE(m)))

# The synthetic survey: districts, villages, weights.
X <- read.csv("responses.csv", na.strings = "", colClasses = c(district = "character"))
X$one <- 1
X$cross <- paste(X$district, X$sex, sep = " \u00d7 ")
A <- svydesign(ids = ~village, strata = ~district, weights = ~weight, data = X, nest = TRUE)
s <- list()
s$mean_by_sex <- levels_of(svyby(~wait_min, ~sex, A, svymean, na.rm = TRUE))
s$mean_crossed <- levels_of(svyby(~wait_min, ~cross, A, svymean, na.rm = TRUE))
s$total <- one(svytotal(~wait_min, A, na.rm = TRUE))
s$people_by_sex <- levels_of(svyby(~one, ~sex, A, svytotal))
m <- svymean(~channel, A, na.rm = TRUE)
s$channel <- list(level = sub("channel", "", names(coef(m))), est = num(coef(m)), se = num(SE(m)))
s$long_by_sex <- levels_of(svyby(~I(as.numeric(wait_min >= 30)), ~sex, A, svymean, na.rm = TRUE))
ci <- svyciprop(~I(channel == "phone"), subset(A, !is.na(channel)), method = "xlogit", df = degf(A))
s$phone <- list(est = num(coef(ci)), ci = num(confint(ci)))
s$ttest_sex <- ttest(svyttest(wait_min ~ sex, A))
s$ttest_sex_D01 <- ttest(svyttest(wait_min ~ sex, subset(A, district == "D01")))
s$chisq <- chisq(svychisq(~channel + sex, A))
s$chisq_D02 <- chisq(svychisq(~channel + sex, subset(A, district == "D02")))
young <- subset(A, age_band == "30-44" & wait_min >= 5 & wait_min <= 40)
s$subset_mean <- c(one(svymean(~wait_min, young)), df = degf(young), n = nrow(young$variables))
s$subset_q02 <- one(svymean(~I(as.numeric(q02 >= 4)), subset(young, !is.na(q02))))
q <- function(d, ...) quant(svyquantile(~wait_min, d, na.rm = TRUE, ...))
s$median_D03 <- q(subset(A, district == "D03"), quantiles = 0.5, qrule = "math", interval.type = "mean")
s$q90_D03 <- q(subset(A, district == "D03"), quantiles = 0.9, qrule = "hf7", interval.type = "xlogit")

# Nonresponse by classes, then trimming, then raking: whoever has no answer to q05 did not respond.
X$responded <- ifelse(is.na(X$q05), "no", "yes")
yes <- X$responded == "yes"
cls <- interaction(X$district, X$sex)
f <- tapply(X$weight, cls, sum) / tapply(X$weight * yes, cls, sum)
X$w1 <- ifelse(yes, X$weight * f[as.character(cls)], 0)
B <- svydesign(ids = ~village, strata = ~district, weights = ~w1, data = X, nest = TRUE)
s$nonresponse_factors <- range(num(f))
s$nonresponse <- one(svymean(~wait_min, B, na.rm = TRUE))
cap <- 1.5 * median(X$w1[X$w1 > 0])
w <- X$w1[yes]
cut <- weights(trimWeights(svydesign(ids = ~1, weights = ~w, data = data.frame(w = w)), upper = cap, strict = TRUE))
X$w2 <- X$w1
X$w2[yes] <- num(cut)
s$trimmed <- list(cap = cap, count = sum(w > cap), largest = max(cut), sum = sum(cut), first = num(head(X$w2, 20)))
C <- svydesign(ids = ~village, strata = ~district, weights = ~w2, data = X, nest = TRUE)
s$trimmed$mean <- one(svymean(~wait_min, C, na.rm = TRUE))
sexes <- read.csv("margin_sex.csv"); ages <- read.csv("margin_age_band.csv")
pop <- c(`(Intercept)` = sum(sexes$Freq), sexM = sexes$Freq[sexes$sex == "M"])
for (a in sort(unique(X$age_band))[-1]) pop[paste0("age_band", a)] <- ages$Freq[ages$age_band == a]
# R cannot calibrate weights of 0; every village has somebody who responded, so that it is no loss to leave the others out.
stopifnot(length(unique(X$village[yes])) == length(unique(X$village)))
C <- svydesign(ids = ~village, strata = ~district, weights = ~w2, data = X[yes, ], nest = TRUE)
R <- calibrate(C, ~sex + age_band, pop, calfun = "raking", epsilon = 1e-13, maxit = 200)
s$raked <- list(first = num(head(weights(R), 20)), rows = head(which(yes), 20), kish = num(length(w) * sum(weights(R)^2) / sum(weights(R))^2))
s$raked$mean_by_sex <- levels_of(svyby(~wait_min, ~sex, R, svymean, na.rm = TRUE))
s$raked$q01 <- one(svymean(~I(as.numeric(q01 >= 4)), R, na.rm = TRUE))
s$raked$ttest <- ttest(svyttest(wait_min ~ sex, R))
s$raked$median <- q(R, quantiles = 0.5, qrule = "math", interval.type = "mean")
out$survey <- s

# Jackknife weights that are written: of two districts, as they are and raked in every replicate.
V <- subset(X, district %in% c("D01", "D02"))
plain <- svydesign(ids = ~village, strata = ~district, weights = ~weight, data = V, nest = TRUE)
jk <- as.svrepdesign(plain, type = "JKn", compress = FALSE)
raked <- calibrate(jk, ~sex, c(`(Intercept)` = 40000, sexM = 19000), calfun = "raking", epsilon = 1e-13, maxit = 200, compress = FALSE)
out$jackknife <- list(count = ncol(jk$repweights), plain = one(svymean(~wait_min, jk, na.rm = TRUE)),
  raked = one(svymean(~wait_min, raked, na.rm = TRUE)), df = degf(plain))

# Cardiac arrests treated in Seattle: six ambulances, balanced half samples.
data(scd)
half <- 2 * cbind(c(1, 0, 1, 0, 1, 0), c(1, 0, 0, 1, 0, 1), c(0, 1, 1, 0, 0, 1), c(0, 1, 0, 1, 1, 0))
colnames(half) <- paste0("half", 1:4)
write.csv(cbind(scd, half), "scd.csv", row.names = FALSE, quote = FALSE)
scdrep <- svrepdesign(data = scd, type = "BRR", repweights = half, combined.weights = FALSE, weights = rep(1, 6))
scdmse <- svrepdesign(data = scd, type = "BRR", repweights = half, combined.weights = FALSE, weights = rep(1, 6), mse = TRUE)
total <- function(d) { t <- svytotal(~arrests + alive, d); one(t) }
out$scd <- list(df = degf(scdrep), total = total(scdrep), mse = total(scdmse), mean = one(svymean(~arrests + alive, scdrep)),
  by_ambulance = { b <- svyby(~alive, ~ambulance, scdrep, svymean); levels_of(b) })

# Cholesterol in the National Health and Nutrition Examination Survey, 2009 to 2010.
data(nhanes)
N <- nhanes
N$agecat <- gsub("[^0-9A-Za-z]+", "_", as.character(N$agecat))
N <- data.frame(psu = N$SDMVPSU, stratum = N$SDMVSTRA, weight = N$WTMEC2YR, chol = N$HI_CHOL, race = N$race, age = N$agecat, sex = N$RIAGENDR)
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = N, nest = TRUE)
fay <- as.svrepdesign(design, type = "Fay", fay.rho = 0.3, large = "merge", compress = FALSE)
jkn <- as.svrepdesign(design, type = "JKn", compress = FALSE)
set.seed(1)
boot <- as.svrepdesign(design, type = "subbootstrap", replicates = 20, compress = FALSE)
columns <- function(d, name) { m <- weights(d, "replication"); m <- matrix(as.numeric(m), nrow(m)); colnames(m) <- paste0(name, seq_len(ncol(m))); m }
csv <- cbind(N, round(columns(fay, "fay"), 12), round(columns(jkn, "jkn"), 12), round(columns(boot, "boot"), 12))
write.csv(csv, "nhanes.csv", row.names = FALSE, quote = FALSE, na = "")
# The weights again as they were written.
N <- read.csv("nhanes.csv")
again <- function(name, type, ...) svrepdesign(data = N, weights = ~weight, type = type,
  repweights = as.matrix(N[, grep(paste0("^", name), names(N))]), combined.weights = FALSE, ...)
say <- function(d) {
  known <- subset(d, !is.na(chol))
  r <- list(df = degf(d))
  r$mean <- one(svymean(~chol, d, na.rm = TRUE))
  r$by_race <- levels_of(svyby(~chol, ~race, d, svymean, na.rm = TRUE))
  r$total <- one(svytotal(~chol, d, na.rm = TRUE))
  r$difference <- ttest(svyttest(chol ~ I(sex == 1), d))
  r$chisq <- chisq(svychisq(~race + sex, d))
  r
}
out$nhanes <- list(design = say(svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = N, nest = TRUE)))
rs <- num(jkn$rscales)
out$nhanes$fay <- say(again("fay", "Fay", rho = 0.3))
out$nhanes$jkn <- say(again("jkn", "JKn", scale = jkn$scale, rscales = rs))
out$nhanes$boot <- say(again("boot", "bootstrap", mse = TRUE))
out$nhanes$jkn$scale <- num(jkn$scale)
out$nhanes$jkn$rscales <- rs

# Quantiles under replicate weights: of the waiting time in the two districts.
W <- plain
set.seed(2)
bq <- as.svrepdesign(W, type = "subbootstrap", replicates = 30, compress = FALSE)
small <- cbind(V[, c("district", "village", "weight", "sex", "wait_min")], round(columns(bq, "boot"), 12))
write.csv(small, "waiting_bootstrap.csv", row.names = FALSE, quote = FALSE, na = "")
V <- read.csv("waiting_bootstrap.csv")
bq <- svrepdesign(data = V, weights = ~weight, repweights = as.matrix(V[, grep("^boot", names(V))]), type = "bootstrap", combined.weights = FALSE)
out$quantiles <- list(df = degf(bq),
  mean = quant(svyquantile(~wait_min, bq, quantiles = 0.5, na.rm = TRUE, interval.type = "mean")),
  beta = quant(svyquantile(~wait_min, bq, quantiles = 0.25, na.rm = TRUE, interval.type = "beta", qrule = "school")),
  replicates = quant(svyquantile(~wait_min, bq, quantiles = 0.5, na.rm = TRUE, interval.type = "quantile")))

json <- function(x) {
  if (is.list(x)) {
    return(paste0("{", paste0("\"", names(x), "\": ", vapply(x, json, ""), collapse = ", "), "}"))
  }
  if (is.character(x)) return(paste0("[", paste0("\"", x, "\"", collapse = ", "), "]"))
  x <- ifelse(is.finite(x), sprintf("%.17g", x), "null")
  if (length(x) == 1) x else paste0("[", paste(x, collapse = ", "), "]")
}
writeLines(vapply(names(out), function(n) paste0(if (n == names(out)[1]) "{" else " ", "\"", n, "\": ", json(out[[n]]),
  if (n == tail(names(out), 1)) "}" else ","), ""), "statistics_expected.json")
