//! A WebSocket whose messages functions hear and answer (spec: SCF three-function protocol), after its handshake.
//!
//! The gateway speaks WebSocket with the caller. Each message is told to the transport function, one at a time and in
//! order; what functions push ([`crate::push`]) is said to the caller meanwhile, for a function may answer before it
//! returns. The end, whatever it was, is told to the cleanup function once.

pub mod switchboard;
pub mod told;

use std::collections::VecDeque;
use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use net::websocket::{Farewell, Heard, Message, WebSocket};
use net::{Caller, TunnelEnd, Tunneled};

use self::switchboard::{Arrival, Delivered, Seat};
use crate::backend::function::invoke::{Errand, Outcome};
use crate::clock::Clock;
use crate::plan::{ConversationPlan, FunctionPlan};
use crate::refusal::Refusal;
use crate::worker::Worker;

/// Messages that wait while the transport function is at work; then the caller is not listened to.
const MOST_WAITING: usize = 16;

/// A function's turn on its way.
type Turn = Pin<Box<dyn Future<Output = Result<Outcome, Refusal>>>>;

/// A handshake that the registration function has agreed to.
#[derive(Debug)]
pub struct Conversation {
    /// The functions.
    pub plan: Arc<ConversationPlan>,
    /// Where pushes for it arrive.
    pub seat: Seat,
    /// The id of the call that it began with.
    pub request_id: [u8; 32],
    /// How long a function may take.
    pub timeout: std::time::Duration,
}

impl Conversation {
    /// Answers the handshake with `head`, and goes on until one side ends it or the time is over.
    pub async fn run(mut self, worker: &Worker, caller: &mut Caller, head: &mut Vec<u8>) -> Tunneled {
        let mut waiting = VecDeque::new();
        let mut turn = None;
        let tunneled = match caller.upgrade(head, worker.tunnel, worker.message_bytes).await {
            Ok(mut socket) => {
                let (end, farewell) = self.talk(worker, &mut socket, &mut waiting, &mut turn).await;
                // Whoever pushes from now on is told that there is no such connection.
                self.seat.leave();
                if farewell == Farewell::Failed {
                    waiting.clear();
                }
                let passed = socket.leave(farewell).await;
                Tunneled { from_caller: passed.from_caller, from_backend: passed.to_caller, end }
            }
            Err(_) => Tunneled { from_caller: 0, from_backend: 0, end: TunnelEnd::Caller },
        };
        self.clean_up(worker, turn, waiting);
        tunneled
    }

    /// Listens to both sides until one of them ends it.
    async fn talk(
        &mut self,
        worker: &Worker,
        socket: &mut WebSocket<'_>,
        waiting: &mut VecDeque<Message>,
        turn: &mut Option<Turn>,
    ) -> (TunnelEnd, Farewell) {
        loop {
            if turn.is_none()
                && let Some(message) = waiting.pop_front()
            {
                *turn = self.transport(worker, &message);
            }
            let bytes: usize = waiting.iter().map(Message::size).sum();
            let has_room = waiting.len() < MOST_WAITING && bytes < worker.message_bytes;
            tokio::select! {
                arrival = self.seat.next() => {
                    if let Some(end) = say(socket, arrival).await {
                        return end;
                    }
                }
                outcome = ended(turn) => {
                    *turn = None;
                    socket.touch();
                    if let Err(reason) = outcome {
                        tracing::warn!(api = &*self.plan.api, reason, "a transport function failed; its WebSocket ends");
                        return (TunnelEnd::Backend, Farewell::Failed);
                    }
                }
                heard = socket.hear(has_room) => match heard {
                    Heard::Message(message) => waiting.push_back(message),
                    Heard::Ended(end) => return (end, Farewell::GoingAway),
                },
            }
        }
    }

    /// The transport function's turn with a message; `None` where there is no such function.
    fn transport(&self, worker: &Worker, message: &Message) -> Option<Turn> {
        self.plan.transport.as_ref()?;
        Some(self.turn(worker, Role::Transport, told::data(self.seat.id().as_str(), message)))
    }

    /// A function's turn with `event`; its time begins when it is first waited for.
    fn turn(&self, worker: &Worker, role: Role, event: String) -> Turn {
        let (plan, pool) = (Arc::clone(&self.plan), Rc::clone(&worker.pool));
        let (request_id, timeout) = (self.request_id, self.timeout);
        Box::pin(async move {
            let function = role.function(&plan).ok_or(Refusal::NoRuntime)?;
            let clock = Clock::default();
            let now = clock.now();
            let errand = Errand {
                invocation: function.invocation.as_ref().ok_or(Refusal::NoRuntime)?,
                function: &function.function,
                request_id: &request_id,
                is_async: false,
                now: clock.wall(now).seconds(),
                most: plan.result_bytes,
                deadline: clock.instant(now) + timeout,
            };
            Ok(errand.prepare(&event)?.run(&pool).await?.0)
        })
    }

    /// Tells the functions what they have not been told yet: the messages that still wait, and the end. Nobody waits for
    /// that but the worker, when it ends.
    fn clean_up(self, worker: &Worker, turn: Option<Turn>, waiting: VecDeque<Message>) {
        let end = self.plan.cleanup.as_ref().map(|_| {
            let event = told::closing(self.seat.id().as_str());
            self.turn(worker, Role::Cleanup, event)
        });
        let rest: Vec<Turn> = waiting.iter().filter_map(|message| self.transport(worker, message)).collect();
        let (errands, api) = (Rc::clone(&worker.errands), self.plan.api.clone());
        errands.set(errands.get() + 1);
        tokio::task::spawn_local(async move {
            for turn in turn.into_iter().chain(rest).chain(end) {
                if let Err(reason) = read(turn.await) {
                    tracing::warn!(api = &*api, reason, "a function of a WebSocket that has ended failed");
                }
            }
            errands.set(errands.get() - 1);
        });
    }
}

/// Which function has its turn.
#[derive(Debug, Clone, Copy)]
enum Role {
    Transport,
    Cleanup,
}

impl Role {
    fn function(self, plan: &ConversationPlan) -> Option<&FunctionPlan> {
        match self {
            Self::Transport => plan.transport.as_ref(),
            Self::Cleanup => plan.cleanup.as_ref(),
        }
    }
}

/// Says to the caller what a function wants to be said. The end, if that was the last.
async fn say(socket: &mut WebSocket<'_>, arrival: Arrival) -> Option<(TunnelEnd, Farewell)> {
    let Arrival { push, done } = arrival;
    let mut end = push.closes.then_some((TunnelEnd::Backend, Farewell::Done));
    let mut delivered = Delivered::Said;
    if let Some(message) = push.message
        && socket.say(message).await.is_err()
    {
        delivered = Delivered::Gone;
        end = Some((TunnelEnd::Caller, Farewell::GoingAway));
    }
    // Whoever pushed may have gone meanwhile.
    let _ = done.send(delivered);
    end
}

/// What became of the turn that is on its way; never, where there is none.
async fn ended(turn: &mut Option<Turn>) -> Result<(), &'static str> {
    match turn {
        Some(turn) => read(turn.await),
        None => pending().await,
    }
}

/// Only the status counts; the body is passed over (spec: upstream data).
fn read(outcome: Result<Outcome, Refusal>) -> Result<(), &'static str> {
    match outcome {
        Ok(Outcome::Returned(_)) => Ok(()),
        Ok(Outcome::Failed { .. }) => Err("function_failed"),
        Err(refusal) => Err(refusal.name()),
    }
}
