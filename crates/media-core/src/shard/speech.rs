//! Tells that a microphone carries speech no longer.

use std::time::Instant;

use crate::news::News;
use crate::reception::speech::Speech;
use crate::shard::Shard;

impl Shard {
    /// Tell that a pipe's microphone carries speech no longer, if it has been quiet for long enough.
    pub(crate) fn tell_silence(&mut self, now: Instant, slot: usize) {
        self.tell_end(slot, |speech| speech.ends(now));
    }

    /// A pipe is seen no more by those it stays with.
    pub(crate) fn fall_unheard(&mut self, slot: usize) {
        self.tell_end(slot, Speech::reset);
    }

    fn tell_end(&mut self, slot: usize, ends: impl Fn(&mut Speech) -> bool) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        for section in &mut pipe.sections {
            let incoming = section.incoming.as_mut();
            if incoming.is_some_and(|incoming| ends(&mut incoming.speech)) {
                self.news.push(News::Talking {
                    pipe: pipe.name.clone(),
                    generation: pipe.generation,
                    talking: false,
                });
            }
        }
    }
}
