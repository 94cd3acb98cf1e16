//! How long a large configuration takes to be written and read: for a person to look at.

use std::sync::Arc;
use std::time::Instant;

use model::{Record, Revision};

use crate::samples::{api, change, definition, puts, records, service};
use crate::sqlite::Folder;
use crate::suite::Place as _;

#[tokio::test]
#[ignore = "a measurement; run with --release --nocapture"]
async fn fifty_thousand_apis() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    let mut all = Vec::new();
    for number in 0..250 {
        let service_id = format!("service-{number:08}");
        all.push(Record::Service(service(&service_id)));
        for api_number in 0..200 {
            let id = format!("api-{number:04}{api_number:04}");
            let definition = definition(&id, &format!("/orders/{api_number}/{{id}}"));
            all.push(Record::Api(model::Api { definition: Arc::new(definition), ..api(&service_id, &id) }));
        }
    }
    let count = all.len();
    let begun = Instant::now();
    store.commit(Revision(0), change("import", puts(all))).await.unwrap();
    println!("{count} records written in {:?}", begun.elapsed());
    for base in 1..4 {
        let begun = Instant::now();
        let touched = puts([Record::Service(service("service-00000001"))]);
        store.commit(Revision(base), change("touch", touched)).await.unwrap();
        println!("one record among them written in {:?}", begun.elapsed());
    }
    store.close().await;
    println!("{} MB in the file", std::fs::metadata(folder.path().join("tollgate.db")).unwrap().len() / 1_000_000);
    let begun = Instant::now();
    let store = folder.open().await.unwrap();
    println!("opened in {:?}", begun.elapsed());
    assert_eq!(records(&store.snapshot()).len(), count);
}
