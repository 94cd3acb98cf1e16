//! Working memory of a look-up.

/// What a look-up writes down on the way; reused from call to call and from router to router.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Which buckets this look-up has been to.
    pub(super) visited: Visited,
    /// Templates left over for one pass over the path together.
    pub(super) crowd: Vec<u32>,
    /// Regular expressions left to try.
    pub(super) regulars: Vec<u32>,
    /// Lists of the pass.
    pub(super) lists: Lists,
}

/// Marks that are cleared by counting on.
#[derive(Debug, Default)]
pub(super) struct Visited {
    round: u32,
    marks: Vec<u32>,
}

impl Visited {
    /// Forgets all marks; there are going to be `places` of them.
    pub(super) fn begin(&mut self, places: usize) {
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.marks.fill(0);
            self.round = 1;
        }
        if self.marks.len() < places {
            self.marks.resize(places, 0);
        }
    }

    /// Marks a place; true when it was not marked yet.
    pub(super) fn first(&mut self, place: usize) -> bool {
        let mark = &mut self.marks[place];
        let first = *mark != self.round;
        *mark = self.round;
        first
    }
}

/// Linked lists of candidates, by the place in the path or by the literal that they wait for.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// First candidate that waits for a literal.
    pub(super) waiting: Vec<u32>,
    /// First candidate that begins to wait when the pass has come to a place in the path.
    pub(super) due: Vec<u32>,
    /// Next candidate in the list that a candidate is in, and how many of its literals are found.
    pub(super) steps: Vec<Step>,
}

/// Where one candidate stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) next: u32,
    pub(super) found: u32,
}
