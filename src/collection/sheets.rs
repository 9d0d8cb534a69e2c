//! Sheets of invitations for paper: A4 pages of cards to cut apart, each with a QR code and the code to type.

use std::fmt::Write as _;

use askama::Template;

use crate::chart::{QrImages, QrTooLong};
use crate::foundation::Code;
use crate::pipeline::InvitationCard;
use crate::survey::{Placement, Wave};
use crate::web::Language;

/// The most cards of one file, so that a browser can print it.
pub const SHEETS_PER_FILE_MAX: usize = 2_000;
/// Cards of a page: two columns of four.
const CARDS_PER_PAGE: usize = 8;

/// Why there are no sheets.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The address of the server is too long.
    #[error("the link of an invitation does not fit a QR code: {0}")]
    Link(#[from] QrTooLong),
    /// A template failed.
    #[error(transparent)]
    Template(#[from] askama::Error),
}

/// The address under which a code is typed.
fn address(base_url: &str, wave: &Wave) -> String {
    format!("{}/i/{}", base_url.trim_end_matches('/'), wave.plan.code)
}

/// The link of a code. The code stands in the fragment, which a browser does not send.
#[must_use]
pub fn code_link(base_url: &str, wave: &Wave, code: &str) -> String {
    format!("{}#{code}", address(base_url, wave))
}

struct Card<'c> {
    qr: String,
    unit: &'c str,
    locality: &'c str,
    reserve: Option<String>,
    code: &'c str,
}

struct Sheet<'c> {
    heading: String,
    number: String,
    cards: Vec<Card<'c>>,
}

#[derive(Template)]
#[template(path = "sheets/sheets.html")]
struct SheetsPage<'c> {
    title: String,
    /// What every card says, as a string of the style sheet: written once, where a file has thousands of cards. For a reader that
    /// speaks there is nothing in it: the page is for paper.
    words: String,
    address: String,
    sheet_title: String,
    /// The white around a code, in millimetres.
    quiet: String,
    sheets: Vec<Sheet<'c>>,
}

/// The side of a code with the white around it, in millimetres.
const CODE_SIDE: f64 = 36.0;

/// A text as a string of a style sheet. Whatever might end the string or the sheet is written by its number.
fn style_string(text: &str) -> String {
    let mut string = String::from("\"");
    for character in text.chars() {
        if character.is_alphanumeric() || " .,:;!?/-_()".contains(character) {
            string.push(character);
        } else {
            write!(string, "\\{:x} ", u32::from(character)).expect("writing to a string does not fail");
        }
    }
    string.push('"');
    string
}

/// The cards as an HTML page of its own, to be printed; a new sheet begins with each sampling unit. The words on a card are
/// in all three languages, the rest in Vietnamese.
pub fn sheets(wave: &Wave, base_url: &str, cards: &[InvitationCard]) -> Result<String, SheetError> {
    let language = Language::default();
    let groups = cards.chunk_by(|a, b| place(a) == place(b));
    let pages: Vec<&[InvitationCard]> = groups.flat_map(|group| group.chunks(CARDS_PER_PAGE)).collect();
    let mut sheets = Vec::with_capacity(pages.len());
    let example = cards.first().map_or("", |card| card.code.as_str());
    let codes = QrImages::like(&code_link(base_url, wave, example))?;
    for (page, number) in pages.iter().zip(1..) {
        let (unit, stratum, psu) = place(&page[0]);
        let psu = psu.map(|psu| format!(" / {psu}")).unwrap_or_default();
        sheets.push(Sheet {
            heading: format!("{} · {stratum}{psu}", unit_name(wave, unit)),
            number: language.t_with("sheet-page", [("number", number.into()), ("count", pages.len().into())]),
            cards: page.iter().map(|drawn| card(wave, base_url, &codes, drawn)).collect::<Result<_, _>>()?,
        });
    }
    let title = format!("{}: {}", language.t("sheet-title"), wave.plan.title.get(language.tag()));
    let page = SheetsPage {
        words: Language::BUILT_IN.map(|language| style_string(&language.t("sheet-words"))).join(" \"\\A\" "),
        address: style_string(&address(base_url, wave)),
        sheet_title: style_string(&title),
        quiet: format!("{:.3}", CODE_SIDE * codes.quiet_share()),
        title,
        sheets,
    };
    Ok(page.render()?)
}

/// Whose cards go on one sheet.
fn place(card: &InvitationCard) -> (&Code, &Code, Option<&Code>) {
    let Placement { stratum, psu, .. } = &card.invitee.placement;
    (&card.invitee.unit, stratum, psu.as_ref())
}

fn unit_name<'c>(wave: &'c Wave, unit: &'c Code) -> &'c str {
    wave.unit(unit.as_str()).map_or(unit.as_str(), |unit| unit.name(Language::default().tag()))
}

fn card<'c>(
    wave: &'c Wave,
    base_url: &str,
    codes: &QrImages,
    drawn: &'c InvitationCard,
) -> Result<Card<'c>, SheetError> {
    let (code, invitee) = (&drawn.code, &drawn.invitee);
    let language = Language::default();
    Ok(Card {
        qr: codes.data_address(&code_link(base_url, wave, code))?,
        unit: unit_name(wave, &invitee.unit),
        locality: &invitee.locality,
        reserve: (invitee.reserve > 0).then(|| language.t_with("sheet-reserve", [("turn", invitee.reserve.into())])),
        code,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::wave;
    use super::*;
    use crate::foundation::Weight;
    use crate::survey::{FormLayout, Invitee};

    fn card_of(code: &str, psu: &str, reserve: u32) -> InvitationCard {
        let code_of = |text: &str| Code::new(text).unwrap();
        let placement = Placement { stratum: code_of("S"), psu: Some(code_of(psu)), weight: Weight::ONE };
        let invitee = Invitee { unit: code_of("082"), placement, locality: "Thôn <Một>".to_owned(), reserve };
        InvitationCard { code: code.to_owned(), invitee }
    }

    #[test]
    fn a_card_has_code_address_and_words_in_three_languages_and_the_link_no_code_before_its_fragment() {
        let wave = wave(FormLayout::FactorPages);
        let code = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV";
        let html = sheets(&wave, "https://khaosat.example/", &[card_of(code, "p", 0), card_of(code, "p", 2)]).unwrap();
        for shown in
            [&format!("<code>{code}</code>"), "\"https://khaosat.example/i/w\"", "Thôn &#60;Một&#62;", "Văn Bàn"]
        {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        for language in Language::BUILT_IN {
            assert!(html.contains(&language.t("sheet-words")));
        }
        assert_eq!(html.matches("Dự phòng 2").count(), 1);
        assert!(!html.contains("<script") && !html.contains("src=\"http") && !html.contains("i/w#"));
        assert_eq!(code_link("https://a", &wave, code), format!("https://a/i/w#{code}"));
    }

    #[test]
    fn no_word_ends_the_style_sheet() {
        assert_eq!(style_string("a</style>\"\\"), r#""a\3c /style\3e \22 \5c ""#);
    }

    #[test]
    fn a_card_takes_six_hundred_bytes() {
        let wave = wave(FormLayout::FactorPages);
        let cards: Vec<_> = (0..800).map(|_| card_of("0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV", "p", 0)).collect();
        let html = sheets(&wave, "https://khaosat.example.gov.vn", &cards).unwrap();
        assert!(html.len() < 800 * 600, "{}", html.len() / 800);
    }

    #[test]
    fn a_sheet_has_eight_cards_and_a_new_one_begins_with_each_sampling_unit() {
        let wave = wave(FormLayout::FactorPages);
        let cards: Vec<_> = (0..9).map(|_| card_of("A-B", "p", 0)).chain([card_of("A-B", "q", 0)]).collect();
        let html = sheets(&wave, "https://a", &cards).unwrap();
        assert_eq!((html.matches("<section").count(), html.matches("<li>").count()), (3, 10));
        assert!(html.contains("Văn Bàn · S / q") && html.contains("Trang 3/3"));
    }
}
