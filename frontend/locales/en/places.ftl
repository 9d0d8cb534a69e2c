levels-province = provinces
levels-district = districts
levels-commune = communes
levels-department = departments
levels-other = units

sets-title = How ranks are found
sets-holm = Holm’s method
sets-simultaneous = Simultaneous sets
sets-official = official
sets-missing = left out
sets-why-official = Which one is official was fixed in the survey’s plan before the first answer; the other is for comparison.
sets-not-official-holm = These are not the official ranks. They come from Holm’s method, for comparison; the survey’s plan made simultaneous sets the official ones before the first answer.
sets-not-official-simultaneous = These are not the official ranks. They come from simultaneous sets, for comparison; the survey’s plan made Holm’s method the official one before the first answer.
sets-see-official = See the official ranks
sets-left-out-too_many_units = Simultaneous sets are left out: they are not simulated for { $units } units whose results are correlated; the limit is { $max }.
sets-left-out-level_too_high = Simultaneous sets are left out: the confidence level is too near to 100% to be simulated.
sets-left-out-no_covariance = Simultaneous sets are left out: the sampling errors of the units together cannot be simulated.
sets-stand-in = The possible ranks below come from Holm’s method, which promises the same confidence.
chance-statement = If the survey were repeated many times in the same way, in at least { $times } of { $of } repetitions all these sets of possible ranks together would contain the true ranks.
sets-rest-on = These possible ranks rest on { $fewest } to { $most } sampling units (villages, for example) in each of the { $units }. The fewer there are, the wider the sets.
sets-rest-on-equal = These possible ranks rest on { $most } sampling units (villages, for example) in each of the { $units }. The fewer there are, the wider the sets.
told-apart = Of { $pairs } pairs of { $units }, { $apart } clearly differ; { $left ->
    [1] for the other one
   *[other] for the other { $rest }
  } the order may be chance.
told-apart-all = All { $pairs } pairs of { $units } clearly differ.
told-apart-none = Of { $pairs } pairs of { $units }, none clearly differs: the whole order may be chance.
told-apart-two = The two { $units } clearly differ.
told-apart-two-not = The two { $units } do not clearly differ: their order may be chance.

measure-share = percentage points
measure-points = points
difference = { $value } { $measure }
difference-tiny = less than { $value }
neighbours-title = Compared with its neighbours
neighbour-first = { $unit } is ranked first: no unit stands before it.
neighbour-behind = { $unit } is { $difference } behind { $other }, which is ranked just before it.
neighbour-ahead = { $unit } is { $difference } ahead of { $other }, which is ranked just after it.
neighbour-level-before = { $unit } has the same index as { $other }, which stands just before it in the table.
neighbour-level-after = { $unit } has the same index as { $other }, which stands just after it in the table.
range-both = anywhere from { $behind } { $measure } behind to { $ahead } ahead
range-behind = { $low } to { $high } { $measure } behind
range-ahead = { $low } to { $high } { $measure } ahead
verdict-real = The difference is more than chance, even with all pairs judged together. At { $level } confidence, { $unit } is { $range }.
verdict-chance = The difference may be chance: at { $level } confidence, { $unit } is { $range }.
verdict-alone = Judged alone, this difference would pass as more than chance: at { $level } confidence, { $unit } is { $range }. But { $pairs } pairs are compared, and among so many some such differences come about by chance. Judged together with the others, it may be chance.
verdict-exact = Neither of the two has a sampling error, so the difference is what it is.
verdict-unknown = No sampling error is seen in the difference, so it cannot be said whether it is chance.
verdict-level = At { $level } confidence, { $unit } is { $range }.
neighbours-caption = This unit less the other, in { $measure ->
    [share] percentage points
   *[points] points
  }. Interval and p look at one pair by itself; “clearly differ” judges all pairs together, at { $level } confidence.
column-compared = Compared with
column-difference = Difference
column-se = Standard error
column-p = p
column-told-apart = Clearly differ
interval-signed = { $low } to { $high }
told-apart-yes = yes
told-apart-no = no

method-places-simultaneous = The possible ranks of a unit are all those that the data allow, after every pair of units has been compared (simultaneous sets of Mogstad, Romano, Shaikh and Wilhelm). They hold for all units together at { $level } confidence: if the survey were repeated many times, in at least { $level } of the repetitions every unit’s true rank would be among the ranks given for it.
method-critical = A difference counts when its p value, on its own degrees of freedom, is smaller than that of { $value } standard errors in a large sample. This critical value was simulated with { $draws } draws from the seed { $seed }; its Monte-Carlo error is { $error }.
method-close = { $count ->
    [0] No pair lies within two such errors of it.
    [one] { $count } pair lies within two such errors of it: another seed might decide it otherwise.
   *[other] { $count } pairs lie within two such errors of it: another seed might decide them otherwise.
  }
method-assumption = Every pair is compared by Student’s t with the degrees of freedom that its sampling units give, so few sampling units make the sets wide. It holds as far as the indices are nearly normally distributed.
method-lonely-title = Strata with one sampling unit
method-lonely-remove = A stratum in which a single sampling unit was drawn adds nothing to the sampling error (rule “remove”); intervals may be too narrow.
method-lonely-certainty = A stratum in which a single sampling unit was drawn is taken as drawn with certainty and adds nothing to the sampling error (rule “certainty”).
method-lonely-adjust = Where a single sampling unit was drawn in a stratum, it is compared with the mean of all sampling units (rule “adjust”); intervals are rather too wide than too narrow.
method-lonely-average = A stratum in which a single sampling unit was drawn is taken to vary as much as the others do on average (rule “average”).
method-shares-title = Intervals of shares
method-shares-logit = They come from a logistic regression (“logit”).
method-shares-likelihood = They hold all values that a scaled likelihood ratio test does not refuse (“likelihood”).
method-shares-asin = They are symmetric on the arcsine scale (“asin”).
method-shares-beta = They are Korn and Graubard’s: exact for the binomial law, with an effective sample size (“beta”).
method-shares-mean = They are symmetric about the estimate (“mean”) and may reach below 0 or above 100%.
method-shares-wilson = They are Wilson’s score intervals with an effective sample size (“wilson”).
method-calibration-title = Weights
method-calibration-raking = The weights were calibrated by raking, so that the sample meets known numbers of people by { $margins }.
method-calibration-linear = The weights were calibrated by the linear method, so that the sample meets known numbers of people by { $margins }.
method-calibration-logit = The weights were calibrated by the bounded logit method, so that the sample meets known numbers of people by { $margins }.
method-calibration-not = The survey’s plan calibrates the weights to known numbers of people by { $margins }. With these answers that is not possible, so the weights are as they were.
method-negative-title = Negative weights
method-negative = { $count ->
    [one] Calibration gave one response a weight below 0 (it is { $smallest }): { $groups }. Shares may therefore lie outside 0–100%; such a share has no interval, since none can hold it.
   *[other] Calibration gave { $count } responses a weight below 0 (the smallest is { $smallest }): { $groups }. Shares may therefore lie outside 0–100%; such a share has no interval, since none can hold it.
}

sets-kww = Joint intervals
sets-left-out-many_units = There are { $units } units. Above { $max } the pairs are too many to be compared one by one, so Holm’s method and simultaneous sets are left out.
sets-stand-in-kww = The possible ranks below come from joint intervals, which promise at least the same confidence.
method-places-kww = Every unit has an interval around its index, wide enough that all these intervals together hold the true values at { $level } confidence (Bonferroni). Two units clearly differ where their intervals do not overlap; the possible ranks of a unit are all those that the data then allow (Klein, Wright and Wieczorek). They hold for all units together at { $level } confidence or more, whatever the units have in common: if the survey were repeated many times, in at least { $level } of the repetitions every unit’s true rank would be among the ranks given for it.
chart-part = The chart shows the units of this page of the table: the ranks of all { $units } could not be read in one picture.
download-csv-part = Ranking, units { $first } to { $last } (CSV)
