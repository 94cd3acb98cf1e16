//! Where access records are delivered to besides their file: a collector of syslog, an HTTP address, a topic of Kafka.

mod kafka;
mod post;
mod syslog;

use std::io;

use observe::{Carrier, Delivery, DeliveryBounds};

use crate::failure::Failure;
use crate::settings::Settings;

/// Starts all destinations that the settings name. None of them has to be there yet.
///
/// # Errors
/// A thread cannot be started, or a file with authorities cannot be read.
pub(super) fn start(settings: &Settings) -> Result<Vec<Delivery>, Failure> {
    let wanted = &settings.delivery;
    let bounds = DeliveryBounds { room: wanted.log_queue.size(), patience: wanted.log_patience.duration() };
    let mut all = Vec::new();
    let mut add = |name: &'static str, carrier: io::Result<Box<dyn Carrier>>| -> Result<(), Failure> {
        let started = carrier.and_then(|carrier| Delivery::start(name, bounds, carrier));
        all.push(started.map_err(|error| Failure::new(format_args!("delivery to {name}"), error))?);
        Ok(())
    };
    if let Some(place) = &wanted.log_syslog {
        add("syslog", Ok(Box::new(syslog::Syslog::new(place.clone()))))?;
    }
    if let Some(url) = &wanted.log_http {
        add("http", Ok(Box::new(post::Post::new(url, wanted)?)))?;
    }
    if let Some(brokers) = &wanted.log_kafka {
        let kafka = kafka::Kafka::new(brokers.0.clone(), wanted.log_kafka_topic.0.clone());
        add("kafka", kafka.map(|kafka| Box::new(kafka) as Box<dyn Carrier>))?;
    }
    Ok(all)
}
