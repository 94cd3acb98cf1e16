//! Records to a topic of Kafka: a record of the log is a record of the topic, its value the JSON line.
//!
//! Blocks go to the topic's partitions in turn; a block is one request, which the leader has acknowledged when it counts as
//! arrived. A block may arrive twice: when its acknowledgement is lost.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use chrono::Utc;
use observe::{Block, Carrier, Trouble};
use rskafka::client::partition::{Compression, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;
use tokio::runtime::Runtime;

/// How long one block may take, connecting included.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Kafka {
    brokers: Vec<String>,
    topic: String,
    runtime: Runtime,
    connected: Option<Connected>,
}

/// What is known of the cluster; forgotten after trouble.
struct Connected {
    partitions: Vec<PartitionClient>,
    next: usize,
}

impl Kafka {
    pub(super) fn new(brokers: Vec<String>, topic: String) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { brokers, topic, runtime, connected: None })
    }
}

impl Carrier for Kafka {
    fn carry(&mut self, block: &Block) -> Result<(), Trouble> {
        let Self { brokers, topic, runtime, connected } = self;
        let work = async {
            let mut known = match connected.take() {
                Some(known) => known,
                None => Connected::find(brokers, topic).await?,
            };
            known.send(block).await?;
            Ok(known)
        };
        let done = runtime.block_on(async { tokio::time::timeout(TIMEOUT, work).await });
        match done {
            Ok(Ok(known)) => {
                *connected = Some(known);
                Ok(())
            }
            Ok(Err(reason)) => Err(Trouble::Later(reason)),
            Err(_) => Err(Trouble::Later(format!("no broker has answered within {} s", TIMEOUT.as_secs()))),
        }
    }
}

impl Connected {
    async fn find(brokers: &[String], topic: &str) -> Result<Self, String> {
        let client: Client = ClientBuilder::new(brokers.to_vec()).build().await.map_err(|error| error.to_string())?;
        let topics = client.list_topics().await.map_err(|error| error.to_string())?;
        let found = topics.into_iter().find(|found| found.name == topic);
        let found = found.ok_or_else(|| format!("there is no topic `{topic}`"))?;
        let mut partitions = Vec::new();
        for partition in found.partitions {
            let of_partition = client.partition_client(topic, partition, UnknownTopicHandling::Error).await;
            partitions.push(of_partition.map_err(|error| error.to_string())?);
        }
        if partitions.is_empty() {
            return Err(format!("the topic `{topic}` has no partition"));
        }
        Ok(Self { partitions, next: 0 })
    }

    async fn send(&mut self, block: &Block) -> Result<(), String> {
        let now = Utc::now();
        let record =
            |line: &[u8]| Record { key: None, value: Some(line.to_vec()), headers: BTreeMap::new(), timestamp: now };
        let records = block.records().map(record).collect();
        let Some(partition) = self.partitions.get(self.next % self.partitions.len()) else { return Ok(()) };
        self.next = self.next.wrapping_add(1);
        partition.produce(records, Compression::NoCompression).await.map(drop).map_err(|error| error.to_string())
    }
}
