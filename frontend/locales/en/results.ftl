waves-title = Satisfaction with public services
waves-lead = How satisfied citizens are with public administrative services, unit by unit, and how sure each result is.
waves-none = There is no survey here yet.
waves-period = Covers { $from } to { $to }
waves-field = Fieldwork: { $opens } to { $closes }
waves-units = { $count ->
    [one] { $count } unit
   *[other] { $count } units
  }
waves-answer = Take part
waves-results = See the results
waves-results-preview = See the results (not yet public)
waves-fieldwork = Fieldwork
state-draft = in preparation
state-upcoming = opens on { $date }
state-taking = taking answers until { $date }
state-late = taking late responses until { $date }
state-ended = fieldwork over
state-closed = closed, results under review
state-released = results released

level-province = Province
level-district = District
level-commune = Commune
level-department = Department
level-other = Unit

rank-ordinal = { NUMBER($n, type: "ordinal") ->
    [one] { $n }st
    [two] { $n }nd
    [few] { $n }rd
   *[other] { $n }th
  }
rank-alone = { $unit } is { $low } and clearly differs from all others
rank-among-first = { $unit } is among the first { $count } ({ $low } to { $high })
rank-among-last = { $unit } is among the last { $count } ({ $low } to { $high })
rank-between = { $count ->
    [2] { $unit } may be { $low } or { $high }
   *[other] { $unit } may be anything from { $low } to { $high }
  }
rank-anywhere = The rank of { $unit } is open: it may be anything from { $low } to { $high }
rank-indistinct = it does not clearly differ from { $others }
rank-indistinct-many = it does not clearly differ from { $count } other units
list-and = and
list-or = or
lead-first-open = Which unit comes first cannot be said: it may be { $units }.
lead-first-open-many = Which unit comes first cannot be said: { $count } units may be first.
lead-no-ranking = No unit can be ranked yet.

ranking-title = Ranking
ranking-facts = { $answers } responses · { $units } units · covers { $from } to { $to }
ranking-overall = All units together: { $value } ({ $level } confidence interval { $interval }).
ranking-not-public = This page is not public: the results are not released yet, and only the administrator sees them.
release-title = Which release this is
release-corrected = Release { $number } of { $day } corrects what was published before.
release-see-before = See release { $number } of { $day }
release-old = This is release { $number } of { $day }, as it was published. It was corrected on { $corrected }.
release-see-latest = See the corrected results
chart-title = Index of each unit with its interval
chart-description = A dot for each unit at its index, with a line for its interval, grouped in tiers from the best to the last. The table below holds the same numbers.
chart-axis-share = Index, % satisfied
chart-axis-points = Index, points of 100
chart-reference = All units together: { $value }
chart-reading = Dot: the index. Line: its { $level } confidence interval. At the right: the ranks that the data allow. Shaded: tiers. At { $joint } joint confidence, units of different tiers clearly differ; inside a tier the order is not fully settled.
tier = Tier { $n }
table-caption = The ranking in numbers
column-rank = Rank
column-index-share = Index, %
column-interval = { $level } interval
column-places = Possible ranks
chart-ranks = Ranks
column-tier = Tier
column-n = Responses
column-deff = Design effect
column-margin = Margin ±
words-title = In plain words
words-level = All these sentences hold together at { $level } confidence.
withheld-title = Not ranked
withheld-no_answers = { $unit }: nobody has answered.
withheld-items_unanswered = { $unit }: { $answered } answered, none of them { $items }.
withheld-no_precision = { $unit }: the sample is too small, or comes from too few places, to say how sure its index is.
withheld-too_few_answers = { $unit }: fewer answers than the survey’s plan asks for before a unit is ranked ({ $least }).
withheld-too_few_sampling_units = { $unit }: its answers come from fewer sampling units (villages, for example) than the survey’s plan asks for before a unit is ranked ({ $least }).

open-link-title = Answers over the open link
open-link-apart = { $answers } more people answered over the open link, which anybody may use. They chose themselves, so nobody can say how well they stand for everybody: these figures have no margin of error and are no part of the ranking.
open-link-counted = { $answers } of the responses came over the open link, whose senders chose themselves. The plan of this survey counts them, but they are no random sample: intervals and possible ranks on this page cannot be read as margins of error, and hold only as far as these people answer like everybody else.
download-open-link = Answers over the open link as CSV

method-title = How the index is made
method-name = Method
method-weights-title = What counts how much in the index
method-formula = Formula
formula-items = For each of the { $items } criteria, the share of answers “satisfied” or “very satisfied” among all who gave an opinion. The index is the mean of these shares, in per cent.
formula-factors = For each criterion, the share of answers “satisfied” or “very satisfied” among all who gave an opinion. These shares are averaged within each of the { $factors } factors; the index is the mean of the factors, in per cent.
formula-pooled = All answers “satisfied” or “very satisfied” to the { $items } criteria, as a share of all opinions given, in per cent.
formula-score = The mean rating of each of the { $items } criteria, rescaled so that the worst point of its scale gives 0 points and the best gives 100 points. The index is the mean of these.
formula-nps = The net promoter score: of 100 people, how many would recommend (9 or 10 of 10) less how many would advise against (0 to 6), from −100 to 100 points.
formula-share-weighted = For each criterion, the share of answers “satisfied” or “very satisfied” among all who gave an opinion. The index is the mean of these shares by the groups and weights of the method, in its unit.
formula-score-weighted = The mean rating of each criterion as a part of the way from the worst point of its scale to the best. The index is the mean of these by the groups and weights of the method, in its unit.
formula-promotion-weighted = The share of people who would recommend (9 or 10 of 10) less the share of those who would advise against (0 to 6). The index is the mean over the criteria by the groups and weights of the method, in its unit.
method-interval-title = What the interval means
method-interval = Not everybody was asked, so each index is known only to within an interval. If the survey were repeated many times, about { $level } of such intervals would hold the value that asking everybody gives. It covers chance in drawing the sample; it does not cover questions that people misread or people who would not answer.
method-places-title = What the possible ranks mean
method-places-holm = The possible ranks of a unit are all those that the data allow, after every pair of units has been compared (Holm’s method). They hold for all units together at { $level } confidence: if the survey were repeated many times, in at least { $level } of the repetitions every unit’s true rank would be among the ranks given for it.
method-tiers-title = What a tier is
method-tiers = A chain of units each of which does not clearly differ from a neighbour in the chain; a unit that clearly differs from all others is a tier of its own. At { $level } joint confidence, units of different tiers clearly differ. Do not rely on the order inside a tier.
method-deff-title = What the design effect is
method-deff-with_replacement = The design effect here compares with a simple random sample drawn with replacement (in R: deff = "replace").
method-deff-without_replacement = The design effect here compares with a simple random sample drawn without replacement from as many people as the weights sum to (in R: deff = TRUE).
method-deff = How many times larger the variance is than in a simple random sample of the same size. At 2, a thousand responses are worth five hundred. Below 1, this sample was more precise than a simple random one: stratification can bring that, but where few primary sampling units were drawn it may be chance, because the variance itself is then known only roughly.
download-title = Data
download-csv = Ranking as CSV
download-json = Ranking as JSON
download-results-csv = All estimates as CSV
download-api = About the API

unit-index = Index
index-share = { $value }%
index-points = { $value } points
unit-answers = { $count ->
    [one] { $number } response
   *[other] { $number } responses
  }
unit-interval = { $level } confidence interval { $interval }
unit-back = Whole ranking
unit-factors = Factors
unit-factors-title = Share satisfied by factor
unit-factors-description = A dot for each factor at its share of satisfied answers, with a line for its interval. The table below holds the same numbers.
unit-items = Criteria
unit-items-description = A bar for each criterion, split into the five ratings from worst at the left to best at the right. The table below holds the same numbers.
unit-no-answers = Nobody has answered for this unit yet.
unit-no-index = There is no index: { $answered } answered, none of them { $items }.
column-factor = Factor
column-satisfied = Satisfied, %
column-criterion = Criterion
item-note = { $value }% ± { $margin }
item-note-bare = { $value }%
item-nps = { $item } Net promoter score (NPS): { $value }; of 100 answers, those of 9 or 10 less those of 0 to 6.
item-no-answers = no opinion given
items-reading = The number at the right is the share of satisfied answers, with its margin at the { $level } level. Shares in the tables are in per cent; n is the number of opinions.

not-released-title = Results are not released yet
not-released-text = Until the release the public and the ranked units see no scores; only the administrator checks them. So nobody who is ranked can steer the ranking.
not-released-field = Answers are taken from { $opens } to { $closes }.
not-released-answer = Take part in the survey

api-title = Data and API
api-lead = Everything that the pages show can be read by programs, as JSON or CSV. The reference below is made from the machine-readable description.
api-description-link = OpenAPI description (JSON)
api-operations = Operations
api-parameters = Parameters
api-answers = Answers
api-body = Body
api-example = Example
api-shapes = Shapes
api-field = Field
api-type = Type
api-meaning = Meaning
api-required = required
