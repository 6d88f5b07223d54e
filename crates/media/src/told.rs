//! What was told of a pipe last, for a control plane that comes later.

use crate::protocol::{Answered, Connected, Mapped, News, Offered};

/// The last news of each kind that say how a pipe is.  One of each is kept, so that the
/// limits of a description bound it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    answered: Option<Answered>,
    connected: Option<Connected>,
    mapped: Option<Mapped>,
    /// Not answered yet.
    offered: Option<Offered>,
    interrupted: bool,
}

impl Told {
    /// Keeps what the news say, if they say how the pipe is.
    pub fn note(&mut self, news: &News) {
        match news {
            News::Answered(answered) => self.answered = Some(answered.clone()),
            News::Connected(connected) => self.connected = Some(connected.clone()),
            News::Mapped(mapped) => self.mapped = Some(mapped.clone()),
            News::Offered(offered) => self.offered = Some(offered.clone()),
            News::Interrupted(_) => self.interrupted = true,
            News::Restored(_) => self.interrupted = false,
            _ => {}
        }
    }

    /// The client has answered this offer: what it said of the sections holds from now on, and
    /// the offer is not told again.
    pub fn close_offer(&mut self, negotiation: u64) {
        let open = |offered: &mut Offered| offered.negotiation == negotiation;
        let Some(offered) = self.offered.take_if(open) else {
            return;
        };
        // Unless something was told of them since.
        let newest = self.mapped.as_ref().map(|mapped| mapped.number);
        if newest.is_none_or(|number| number < offered.number) {
            self.mapped = Some(Mapped {
                number: offered.number,
                pipe: offered.pipe,
                generation: offered.generation,
                sections: offered.sections,
            });
        }
    }

    /// The answer to the client's first offer.
    #[must_use]
    pub fn answered(&self) -> Option<&Answered> {
        self.answered.as_ref()
    }

    /// Whether media flows.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// Whether the client is not heard at present.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// All of it, in the order in which it was told first.
    #[must_use]
    pub fn news(&self) -> Vec<News> {
        let mut news: Vec<(u64, News)> = [
            self.answered
                .clone()
                .map(|it| (it.number, News::Answered(it))),
            self.connected
                .clone()
                .map(|it| (it.number, News::Connected(it))),
            self.mapped.clone().map(|it| (it.number, News::Mapped(it))),
            self.offered
                .clone()
                .map(|it| (it.number, News::Offered(it))),
        ]
        .into_iter()
        .flatten()
        .collect();
        news.sort_by_key(|(number, _)| *number);
        news.into_iter().map(|(_, news)| news).collect()
    }
}

/// The pipe and generation that news are about; `None` for news about none.
#[must_use]
pub fn about(news: &News) -> Option<(&str, u64)> {
    Some(match news {
        News::Answered(it) => (&it.pipe, it.generation),
        News::Connected(it) => (&it.pipe, it.generation),
        News::Interrupted(it) => (&it.pipe, it.generation),
        News::Restored(it) => (&it.pipe, it.generation),
        News::Mapped(it) => (&it.pipe, it.generation),
        News::Offered(it) => (&it.pipe, it.generation),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Interrupted, Restored, Section};

    fn sections(mid: &str) -> Vec<Section> {
        let (mid, sends, receives) = (mid.to_owned(), None, None);
        vec![Section {
            mid,
            sends,
            receives,
        }]
    }

    fn mapped(number: u64, mid: &str) -> News {
        News::Mapped(Mapped {
            number,
            pipe: "p".to_owned(),
            generation: 1,
            sections: sections(mid),
        })
    }

    fn offered(number: u64, negotiation: u64, mid: &str) -> News {
        News::Offered(Offered {
            number,
            pipe: "p".to_owned(),
            generation: 1,
            negotiation,
            offer: format!("offer {negotiation}"),
            sections: sections(mid),
        })
    }

    fn told(all: &[News]) -> Told {
        let mut told = Told::default();
        for news in all {
            told.note(news);
        }
        told
    }

    #[test]
    fn the_last_of_each_kind_is_kept_in_the_order_of_telling() {
        let told = told(&[
            mapped(1, "a"),
            offered(2, 1, "b"),
            offered(3, 2, "c"),
            mapped(4, "d"),
        ]);
        assert_eq!(told.news(), [offered(3, 2, "c"), mapped(4, "d")]);
    }

    #[test]
    fn an_answered_offer_leaves_what_it_said_of_the_sections() {
        let mut told = told(&[mapped(1, "a"), offered(2, 1, "b")]);
        told.close_offer(2);
        assert_eq!(told.news().len(), 2, "that is not the open one");
        told.close_offer(1);
        assert_eq!(told.news(), [mapped(2, "b")]);
        told.close_offer(1);
        assert_eq!(told.news(), [mapped(2, "b")]);
    }

    #[test]
    fn what_was_told_after_the_offer_outlives_it() {
        let mut told = told(&[offered(2, 1, "b"), mapped(3, "c")]);
        told.close_offer(1);
        assert_eq!(told.news(), [mapped(3, "c")]);
    }

    #[test]
    fn an_interruption_lasts_until_it_is_over() {
        let (pipe, generation) = ("p".to_owned(), 1);
        let interrupted = News::Interrupted(Interrupted {
            number: 1,
            pipe: pipe.clone(),
            generation,
        });
        let restored = News::Restored(Restored {
            number: 2,
            pipe,
            generation,
        });
        let mut told = told(std::slice::from_ref(&interrupted));
        assert!(told.is_interrupted() && told.news().is_empty());
        assert_eq!(about(&interrupted), Some(("p", 1)));
        told.note(&restored);
        assert!(!told.is_interrupted());
    }
}
