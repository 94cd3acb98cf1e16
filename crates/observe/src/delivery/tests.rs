use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

const LONG: Duration = Duration::from_secs(60);

/// Blocks as they are tried, and each that is given up.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Tried(Vec<u8>),
    GivenUp,
}

/// Refuses some blocks for now, and tells what it sees.
struct Refusing(Sender<Seen>);

impl Carrier for Refusing {
    fn carry(&mut self, block: &Block) -> Result<(), Trouble> {
        let _nobody_looks = self.0.send(Seen::Tried(block.lines.clone()));
        if block.lines.starts_with(b"fine") { Ok(()) } else { Err(Trouble::Later("busy".to_owned())) }
    }

    fn give_up(&mut self) {
        let _nobody_looks = self.0.send(Seen::GivenUp);
    }
}

#[test]
fn a_carrier_is_told_of_a_block_that_is_given_up() {
    let (tell, see) = channel();
    let bounds = DeliveryBounds { room: 1 << 20, patience: Duration::ZERO };
    let delivery = Delivery::start("test", bounds, Box::new(Refusing(tell))).unwrap();
    for text in ["late", "fine"] {
        delivery.push(&block(text, 1));
    }
    assert!(delivery.finish(Instant::now() + LONG));
    let seen: Vec<_> = see.try_iter().collect();
    assert_eq!(seen, [Seen::Tried(b"late\n".to_vec()), Seen::GivenUp, Seen::Tried(b"fine\n".to_vec())]);
}

/// Carries what it is told to, one answer for each try.
struct Scripted {
    answers: Receiver<Result<(), Trouble>>,
    tried: Sender<Block>,
}

impl Carrier for Scripted {
    fn carry(&mut self, block: &Block) -> Result<(), Trouble> {
        let _nobody_looks = self.tried.send(block.clone());
        self.answers.recv().unwrap_or_else(|_| Err(Trouble::Later("nobody says anything".to_owned())))
    }
}

fn start(bounds: DeliveryBounds) -> (Delivery, Sender<Result<(), Trouble>>, Receiver<Block>) {
    let ((say, answers), (tried, see)) = (channel(), channel());
    (Delivery::start("test", bounds, Box::new(Scripted { answers, tried })).unwrap(), say, see)
}

fn block(text: &str, calls: u64) -> Arc<Block> {
    Arc::new(Block { lines: format!("{text}\n").into_bytes(), calls })
}

#[test]
fn blocks_arrive_in_their_order_and_are_tried_again() {
    let (delivery, say, see) = start(DeliveryBounds { room: 1 << 20, patience: LONG });
    for (text, calls) in [("a", 1), ("b", 2)] {
        delivery.push(&block(text, calls));
    }
    for answer in [Err(Trouble::Later("later".to_owned())), Ok(()), Ok(())] {
        say.send(answer).unwrap();
    }
    assert!(delivery.finish(Instant::now() + LONG));
    let tried: Vec<_> = see.try_iter().map(|block| block.lines).collect();
    assert_eq!(tried, [b"a\n", b"a\n", b"b\n"]);
    assert_eq!(delivery.delivered(), Delivered { arrived: 3, dropped: 0, waiting: 0 });
}

#[test]
fn what_does_not_fit_is_dropped_and_counted() {
    let (delivery, say, see) = start(DeliveryBounds { room: 8, patience: LONG });
    delivery.push(&block("0123456789", 5));
    see.recv_timeout(LONG).unwrap();
    delivery.push(&block("b", 3));
    assert_eq!(
        delivery.delivered(),
        Delivered { arrived: 0, dropped: 3, waiting: 11 },
        "the one that is under way counts"
    );
    say.send(Ok(())).unwrap();
    assert!(delivery.finish(Instant::now() + LONG));
    assert_eq!(delivery.delivered(), Delivered { arrived: 5, dropped: 3, waiting: 0 });
    delivery.push(&block("late", 1));
    assert_eq!(delivery.delivered().dropped, 4, "after the end nothing is taken");
}

#[test]
fn what_is_refused_or_tried_for_too_long_is_dropped_and_the_next_one_comes() {
    let (delivery, say, _see) = start(DeliveryBounds { room: 1 << 20, patience: Duration::ZERO });
    for text in ["refused", "late", "fine"] {
        delivery.push(&block(text, 1));
    }
    for answer in [Err(Trouble::Never("no".to_owned())), Err(Trouble::Later("busy".to_owned())), Ok(())] {
        say.send(answer).unwrap();
    }
    assert!(delivery.finish(Instant::now() + LONG));
    assert_eq!(delivery.delivered(), Delivered { arrived: 1, dropped: 2, waiting: 0 });
}

#[test]
fn the_end_does_not_wait_for_a_destination_that_is_down() {
    let (delivery, say, see) = start(DeliveryBounds { room: 1 << 20, patience: LONG });
    drop(say);
    delivery.push(&block("a", 7));
    see.recv_timeout(LONG).unwrap();
    assert!(!delivery.finish(Instant::now() + Duration::from_millis(50)));
}

#[test]
fn a_block_is_taken_apart_line_by_line() {
    let block = Block { lines: b"{\"a\":1}\n{\"b\":2}\n".to_vec(), calls: 2 };
    assert_eq!(block.records().collect::<Vec<_>>(), [b"{\"a\":1}", b"{\"b\":2}"]);
}
