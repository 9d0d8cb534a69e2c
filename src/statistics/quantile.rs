//! Quantiles of the normal, Student and beta distributions, right at every size and never hanging.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::{gamma_ur, ln_gamma};

use super::incomplete_beta::{LogRatio, SHAPE_MIN};
use super::memo::Memo;

/// From here on the Cornish–Fisher expansion is better than the incomplete beta function (both are within 1e-13).
const EXPANSION_FROM_DF: f64 = 200.0;

/// The probability that a standard normal variable exceeds `z`.
///
/// By the incomplete gamma function, `Q(1/2, z²/2) / 2`: the constants of `statrs`' `erfc` are cut after ten digits.
#[must_use]
pub(super) fn normal_upper_tail(z: f64) -> f64 {
    let half_square = 0.5 * z * z;
    // `gamma_ur` takes neither 0 nor infinity; beyond 38 standard deviations the tail is no number either.
    if !(f64::MIN_POSITIVE..745.0).contains(&half_square) {
        return if half_square < 1.0 { 0.5 } else { f64::from(u8::from(z < 0.0)) };
    }
    let tail = 0.5 * gamma_ur(0.5, half_square);
    if z < 0.0 { 1.0 - tail } else { tail }
}

/// The point that a standard normal variable exceeds with probability `upper_tail` (between 0 and 1, ends excluded).
///
/// One Halley step refines `statrs`' inverse, which is right to ten digits.
#[must_use]
pub fn normal_quantile(upper_tail: f64) -> f64 {
    if upper_tail > 0.5 {
        return -normal_quantile(1.0 - upper_tail);
    }
    let z = SQRT_2 * erfc_inv(2.0 * upper_tail);
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    let step = (normal_upper_tail(z) - upper_tail) / density;
    z + step / (1.0 - 0.5 * z * step)
}

/// The point that Student's t with `df` > 0 degrees of freedom exceeds with probability `upper_tail` (between 0 and 1,
/// ends excluded; NaN elsewhere). Right to 1e-12 of its size from 0.5 to 1e12 degrees of freedom.
///
/// `statrs` 0.19 alone is off by 6e-5 at a million degrees of freedom and does not return at 1e8. So: below 200 degrees
/// of freedom a bracketed Newton iteration on its incomplete beta function; above, seven terms of the Cornish–Fisher
/// expansion in 1/df on the normal quantile (Abramowitz and Stegun 26.7.5 has the first four; the others follow
/// from the same differential equation, `dt/dz = φ(z)/f(t)`).
#[must_use]
pub fn student_t_quantile(upper_tail: f64, df: f64) -> f64 {
    if !(upper_tail > 0.0 && upper_tail < 1.0 && df > 0.0) {
        return f64::NAN;
    }
    if upper_tail > 0.5 {
        return -student_t_quantile(1.0 - upper_tail, df);
    }
    // A table of results asks for the same one thousands of times.
    thread_local!(static KNOWN: Memo = const { Memo::new() });
    KNOWN.with(|known| {
        known.value(upper_tail, df, || {
            let z = normal_quantile(upper_tail);
            if df >= EXPANSION_FROM_DF { cornish_fisher(z, df) } else { invert_tail(upper_tail, df, z) }
        })
    })
}

/// Divisor and coefficients, highest power first, of the polynomials `g_k(z)/z` in `z²`: `t = z + Σ_k g_k(z)/df^k`.
const EXPANSION: [(f64, &[f64]); 7] = [
    (4.0, &[1.0, 1.0]),
    (96.0, &[5.0, 16.0, 3.0]),
    (384.0, &[3.0, 19.0, 17.0, -15.0]),
    (92_160.0, &[79.0, 776.0, 1482.0, -1920.0, -945.0]),
    (122_880.0, &[9.0, 113.0, 310.0, -594.0, -255.0, 5985.0]),
    (185_794_560.0, &[1065.0, 15_448.0, 48_821.0, -82_440.0, 616_707.0, 6_667_920.0, 2_463_615.0]),
    (743_178_240.0, &[339.0, 6891.0, 41_107.0, 113_891.0, 1_086_849.0, 5_639_193.0, -18_226_215.0, -111_486_375.0]),
];

fn cornish_fisher(z: f64, df: f64) -> f64 {
    let square = z * z;
    let term = |(divisor, coefficients): &(f64, &[f64])| {
        z * coefficients.iter().fold(0.0, |sum, coefficient| sum * square + coefficient) / divisor
    };
    EXPANSION.iter().rev().fold(0.0, |sum, polynomial| (sum + term(polynomial)) / df) + z
}

/// Solves `tail(t) = upper_tail` for `t ≥ z`, in the logarithms of both, by Newton steps kept inside a bracket.
fn invert_tail(upper_tail: f64, df: f64, z: f64) -> f64 {
    let tail = |t: f64| 0.5 * beta_reg(0.5 * df, 0.5, df / (df + t * t));
    let ln_constant = ln_gamma(0.5 * (df + 1.0)) - ln_gamma(0.5 * df) - 0.5 * (df * PI).ln();
    let density = |t: f64| (ln_constant - 0.5 * (df + 1.0) * (t * t / df).ln_1p()).exp();
    if upper_tail > 0.5 - 1e-9 {
        return (0.5 - upper_tail) / density(0.0);
    }
    // Student's tails are heavier than the normal ones: the point lies above z.
    let (mut low, mut high) = (z, 2.0 * z);
    while tail(high) > upper_tail && high < 1e150 {
        (low, high) = (high, high * high.max(2.0));
    }
    // The expansion is right to several digits from a few degrees of freedom on, and no number worth trying below.
    let mut t = Some(cornish_fisher(z, df)).filter(|t| low < *t && *t < high).unwrap_or(low);
    for _ in 0..200 {
        let probability = tail(t);
        if probability > upper_tail {
            low = t;
        } else {
            high = t;
        }
        let newton = t * ((probability / upper_tail).ln() * probability / (t * density(t))).exp();
        let next = if newton >= low && newton <= high { newton } else { (low * high).sqrt() };
        let done = (next - t).abs() <= 4.0 * f64::EPSILON * t;
        t = next;
        if done {
            break;
        }
    }
    t
}

/// The point below which a beta variable with shapes `a` and `b` (both ≥ 0) falls with probability `lower_tail`.
///
/// Right to 1e-12 of its size for shapes from 0.25 to 1e12. A shape below 1e-8 is taken as the limit 0: all mass at 0
/// (`a = 0`) or at 1 (`b = 0`). NaN for a probability that is not between 0 and 1, ends excluded, and for shapes that are
/// not finite.
#[must_use]
pub fn beta_quantile(lower_tail: f64, a: f64, b: f64) -> f64 {
    if !(lower_tail > 0.0 && lower_tail < 1.0 && a.is_finite() && b.is_finite()) {
        return f64::NAN;
    }
    match LogRatio::new(b, a) {
        _ if a < SHAPE_MIN => 0.0,
        Some(law) => {
            let ratio = law.quantile(lower_tail).exp();
            a / (a + b * ratio)
        }
        None => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAILS: [f64; 5] = [0.25, 0.05, 0.025, 0.005, 1e-6];

    fn assert_close(found: f64, expected: f64, what: &str) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{what}: {found} instead of {expected}");
    }

    /// Made with mpmath 1.3 at 40 digits: the root of `betainc(df/2, 1/2, 0, df/(df + t²), regularized=True)/2 - tail`.
    #[rustfmt::skip]
    const T_TABLE: [(f64, [f64; 5]); 20] = [
        (0.5, [1.553_773_974_030_037_4, 41.136_000_092_878_28, 164.557_673_480_488_55, 4_113.964_588_804_181, 102_849_115_631.634]),
        (1.0, [1.0, 6.313_751_514_675_043, 12.706_204_736_174_705, 63.656_741_162_871_58, 318_309.886_182_743_5]),
        (2.0, [0.816_496_580_927_726, 2.919_985_580_353_725_6, 4.302_652_729_749_464, 9.924_843_200_918_293, 707.105_720_525_933_7]),
        (3.0, [0.764_892_328_404_345_3, 2.353_363_434_801_823_8, 3.182_446_305_283_709_5, 5.840_909_309_733_357, 103.299_467_780_419_35]),
        (5.0, [0.726_686_843_800_422_7, 2.015_048_373_333_024_2, 2.570_581_835_636_315_5, 4.032_142_983_555_228, 24.771_029_720_515_944]),
        (10.0, [0.699_812_061_312_431_7, 1.812_461_122_811_676_5, 2.228_138_851_986_275, 3.169_272_672_616_951_3, 9.751_995_490_940_58]),
        (30.0, [0.682_755_693_321_292_6, 1.697_260_886_593_957_8, 2.042_272_456_301_238, 2.749_995_653_567_225_4, 5.871_117_120_418_883]),
        (90.0, [0.677_225_499_912_501_4, 1.661_961_084_030_162, 1.986_674_540_703_768_3, 2.631_565_165_587_159, 5.083_587_878_108_117]),
        (199.0, [0.675_724_595_610_645_7, 1.652_546_746_166_563_5, 1.971_956_544_251_754, 2.600_760_216_058_516, 4.898_044_059_397_848]),
        (200.0, [0.675_718_411_404_220_2, 1.652_508_100_910_877_5, 1.971_896_223_633_909_5, 2.600_634_436_191_558, 4.897_302_102_826_782]),
        (201.0, [0.675_712_288_830_955_9, 1.652_469_841_969_986_4, 1.971_836_506_779_859_3, 2.600_509_919_083_193_7, 4.896_567_719_184_819]),
        (500.0, [0.674_980_737_965_939, 1.647_906_853_929_511_2, 1.964_719_837_467_367_8, 2.585_697_835_141_942, 4.810_085_161_637_655]),
        (1008.0, [0.674_733_216_247_806_4, 1.646_366_701_402_85, 1.962_320_208_592_758_5, 2.580_715_537_881_841_4, 4.781_383_789_446_417]),
        (1999.0, [0.674_612_498_915_322, 1.645_616_248_187_262_7, 1.961_151_420_170_562, 2.578_291_019_521_923_7, 4.767_487_194_970_644]),
        (2000.0, [0.674_612_437_531_021_8, 1.645_615_866_698_907_6, 1.961_150_826_099_438_1, 2.578_289_787_557_519, 4.767_480_145_393_622]),
        (1e4, [0.674_514_284_483_592_4, 1.645_006_018_069_243, 1.960_201_239_890_626_3, 2.576_321_046_668_528_7, 4.756_229_685_056_779]),
        (1e5, [0.674_492_203_553_292_2, 1.644_868_864_784_969_6, 1.959_987_707_534_609_7, 2.575_878_469_908_375, 4.753_704_716_391_288]),
        (1e7, [0.674_489_774_729_575_2, 1.644_853_779_328_401_7, 1.959_964_221_767_205_5, 2.575_829_795_203_748_8, 4.753_427_112_755_577]),
        (1e9, [0.674_489_750_441_416_7, 1.644_853_628_475_242, 1.959_963_986_912_325_5, 2.575_829_308_465_448_4, 4.753_424_336_862_212]),
        (1e12, [0.674_489_750_196_327_1, 1.644_853_626_952_996_5, 1.959_963_984_542_426_6, 2.575_829_303_553_817_3, 4.753_424_308_850_938_5]),
    ];

    #[test]
    fn t_quantiles_are_right_to_1e_12_from_half_a_degree_of_freedom_to_1e12() {
        for (df, row) in T_TABLE {
            for (tail, expected) in TAILS.into_iter().zip(row) {
                assert_close(student_t_quantile(tail, df), expected, &format!("df {df}, tail {tail}"));
            }
        }
    }

    #[test]
    fn normal_quantiles_are_right_to_1e_12() {
        let expected =
            [0.674_489_750_196_081_7, 1.644_853_626_951_472_6, 1.959_963_984_540_054_3, 2.575_829_303_548_901];
        for (tail, expected) in TAILS.into_iter().zip(expected) {
            assert_close(normal_quantile(tail), expected, &format!("tail {tail}"));
        }
        assert_close(normal_quantile(1e-12), 7.034_483_825_301_132, "tail 1e-12");
    }

    #[test]
    fn quantiles_mirror_at_the_middle() {
        assert!(normal_quantile(0.5).abs() < 1e-15);
        for df in [0.5, 3.0, 199.0, 200.0, 1e6] {
            assert!(student_t_quantile(0.5, df).abs() < 1e-15);
            assert_close(student_t_quantile(0.975, df), -student_t_quantile(0.025, df), &format!("df {df}"));
        }
    }

    #[test]
    fn beta_quantiles_agree_with_the_clopper_pearson_limits() {
        // scipy 1.x: beta.ppf(0.025, 45, 6) and beta.ppf(0.975, 46, 5).
        assert_close(beta_quantile(0.025, 45.0, 6.0), 0.781_864_633_565_797_7, "lower");
        assert_close(beta_quantile(0.975, 46.0, 5.0), 0.966_724_906_410_977_5, "upper");
        assert!(beta_quantile(0.025, 0.0, 3.0).abs() < 1e-300 && beta_quantile(0.975, 3.0, 0.0) >= 1.0);
    }
}
