/// A colour that is not written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a colour: expected #rrggbb")]
pub struct BadColour;

/// The least contrast of text with its ground (WCAG 2.2, 1.4.3).
const READABLE: f64 = 4.5;
const PAPER: Rgb = Rgb(0xfb, 0xfa, 0xf7);
const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
const BLACK: Rgb = Rgb(0, 0, 0);
const INK: Rgb = Rgb(0x1c, 0x1f, 0x23);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

/// A shop's `/theme.css`: its accent colour, text that can be read on it (`--accent-ink`), the accent dark enough to be text on
/// paper (`--accent-text`), and a soft ground (`--accent-soft`). A merchant may pick any colour; the page stays readable.
///
/// # Errors
/// [`BadColour`]: nothing but a colour ever gets into the style sheet.
pub fn theme_css(accent: &str) -> Result<String, BadColour> {
    let accent = Rgb::parse(accent).ok_or(BadColour)?;
    // White first, then our ink; on the few mid greys where neither is enough, black is.
    let ink = [WHITE, INK].into_iter().find(|ink| accent.contrast(*ink) >= READABLE).unwrap_or(BLACK);
    let soft = accent.mix(PAPER, 10);
    let mut text = accent;
    // Ten steps of a tenth towards ink: the last one is ink itself, so this always ends readable.
    for percent in (0..=90).rev().step_by(10) {
        if text.contrast(PAPER) >= READABLE && text.contrast(soft) >= READABLE {
            break;
        }
        text = accent.mix(INK, percent);
    }
    Ok(format!(
        ":root {{ --accent: {}; --accent-ink: {}; --accent-text: {}; --accent-soft: {}; }}\n",
        accent.hex(),
        ink.hex(),
        text.hex(),
        soft.hex(),
    ))
}

impl Rgb {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let mut bytes = [0; 3];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        Some(Self(bytes[0], bytes[1], bytes[2]))
    }

    fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// `percent` of this colour, the rest of the other.
    fn mix(self, other: Self, percent: u8) -> Self {
        let channel = |mine: u8, theirs: u8| {
            let sum = u16::from(mine) * u16::from(percent) + u16::from(theirs) * u16::from(100 - percent);
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// WCAG relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadColour, PAPER, READABLE, Rgb, theme_css};

    fn colour(css: &str, name: &str) -> Rgb {
        let (_, rest) = css.split_once(&format!("{name}: ")).expect("the token");
        Rgb::parse(&rest[..7]).expect("a colour")
    }

    #[test]
    fn any_accent_leaves_the_page_readable() {
        for accent in ["#A6251B", "#5B3A24", "#ffd400", "#ffffff", "#000000", "#7fffd4", "#808080", "#e91e63"] {
            let css = theme_css(accent).expect("a colour");
            let (ground, ink) = (colour(&css, "--accent"), colour(&css, "--accent-ink"));
            assert!(ground.contrast(ink) >= READABLE, "{accent}: text on it");
            assert!(colour(&css, "--accent-text").contrast(PAPER) >= READABLE, "{accent}: as text");
        }
    }

    #[test]
    fn nothing_but_a_colour_gets_into_the_style_sheet() {
        for bad in ["red", "#fff", "A6251B", "#A6251B;}", "#é1234", ""] {
            assert_eq!(theme_css(bad), Err(BadColour), "{bad}");
        }
    }
}
