//! How a pipe ends.

use std::time::Instant;

use media_transport::Event;

use crate::news::{CloseReason, News, PipeStatistics};
use crate::pipe::Pipe;
use crate::shard::Shard;

impl Shard {
    /// End a pipe: its client is told by DTLS, the control plane by news.
    pub(crate) fn close(&mut self, now: Instant, slot: usize, reason: CloseReason, text: &str) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        pipe.transport.close(now);
        while let Some(event) = pipe.transport.poll() {
            if let Event::Transmit { path, bytes } = event {
                self.forwarding.outgoing.datagram(&path, &bytes);
            }
        }
        self.detach(now, slot);
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        let ended = match reason {
            CloseReason::TimedOut => pipe.presence.heard,
            _ => now,
        };
        let closed = News::PipeClosed {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            reason,
            text: text.to_owned(),
            statistics: self.statistics(pipe),
            at: self.forwarding.clock.wall(ended),
        };
        self.news.push(closed);
        self.remove(now, slot);
    }

    /// Forget a pipe that has been told to be closed.
    fn remove(&mut self, now: Instant, slot: usize) {
        let Some(mut pipe) = self.pipes.try_remove(slot) else {
            return;
        };
        if let Some(texts) = &mut pipe.texts {
            let memory = std::mem::take(&mut texts.sent);
            self.post.depart(now, &pipe.name, memory);
        }
        for section in &pipe.sections {
            if let Some(incoming) = &section.incoming {
                self.drop_views(now, incoming.track);
                self.drop_track(incoming.track);
            }
        }
        self.forget(slot, &pipe);
    }

    /// Forget a pipe whose state cannot be trusted, without calling anything that might rely on it.
    pub(crate) fn drop_pipe(&mut self, now: Instant, slot: usize) {
        // Others wait for its receipts in vain, but not for long.
        self.leave_texts(slot);
        for bridge in self.bridges.values_mut() {
            bridge.members.retain(|member| *member != slot);
        }
        let Some(pipe) = self.pipes.try_remove(slot) else {
            return;
        };
        for (_, track) in &mut self.forwarding.tracks {
            if track.views.iter().any(|view| view.peer == slot) {
                if let Some(departure) = &mut track.departure {
                    let served = track.views.iter().take(departure.next);
                    departure.next = served.filter(|view| view.peer != slot).count();
                }
                track.views.retain(|view| view.peer != slot);
                for (at, view) in track.views.iter().enumerate() {
                    let section = self
                        .pipes
                        .get_mut(view.peer)
                        .and_then(|pipe| pipe.sections.get_mut(view.section));
                    if let Some(held) = section.and_then(|section| section.slot.as_mut()) {
                        held.view = Some(at);
                    }
                }
            }
        }
        let own = pipe
            .sections
            .iter()
            .filter_map(|section| section.incoming.as_ref());
        for key in own.map(|incoming| incoming.track) {
            let views = self.forwarding.tracks.get_mut(key);
            for view in views
                .map(|track| std::mem::take(&mut track.views))
                .unwrap_or_default()
            {
                let peer = self.pipes.get_mut(view.peer);
                if let Some(held) = peer.and_then(|pipe| pipe.take(key)) {
                    held.view = None;
                    held.stream = Some(view.stream);
                }
            }
            // Those whose view had not been made yet.
            for (_, pipe) in &mut self.pipes {
                pipe.take(key);
            }
            self.drop_track(key);
        }
        self.news.push(News::PipeClosed {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            reason: CloseReason::Panic,
            text: "A fault in the engine ended it.".to_owned(),
            statistics: PipeStatistics::default(),
            at: self.forwarding.clock.wall(now),
        });
        self.forget(slot, &pipe);
    }

    fn forget(&mut self, slot: usize, pipe: &Pipe) {
        if self.names.get(&pipe.name) == Some(&slot) {
            self.names.remove(&pipe.name);
        }
        for peer in &pipe.peers {
            if self.peers.get(peer) == Some(&slot) {
                self.peers.remove(peer);
                self.closings.extend(peer.connection());
            }
        }
        self.forwarding.disconnect(slot);
        self.alarms.forget(slot);
        if pipe.turn.waits() {
            self.handshakes.forget(slot);
        }
    }
}
