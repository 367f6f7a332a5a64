// Measures yrs on a file of updates (a count, then each with its length, big endian), and prints milliseconds as JSON.
use std::hint::black_box;
use std::time::Instant;
use yrs::updates::decoder::Decode;
use yrs::{Doc, GetString, ReadTxn, StateVector, Transact, Update};

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}

fn millis<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64() * 1e3, result)
}

fn apply(doc: &Doc, update: &[u8]) {
    doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
}

fn main() {
    let bytes = std::fs::read(std::env::args().nth(1).expect("a file of updates")).unwrap();
    let mut at = 0;
    let mut updates = Vec::new();
    let int = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let count = int(at);
    at += 4;
    for _ in 0..count {
        let length = int(at);
        updates.push(&bytes[at + 4..at + 4 + length]);
        at += 4 + length;
    }
    let mut one_by_one = Vec::new();
    let mut state = Vec::new();
    for _ in 0..5 {
        let (time, doc) = millis(|| {
            let doc = Doc::new();
            doc.get_or_insert_text("text");
            for update in &updates {
                apply(&doc, update);
            }
            doc
        });
        one_by_one.push(time);
        state = doc.transact().encode_state_as_update_v1(&StateVector::default());
    }
    let (mut load, mut encode, mut text) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..60 {
        let (time, doc) = millis(|| {
            let doc = Doc::new();
            doc.get_or_insert_text("text");
            apply(&doc, &state);
            doc
        });
        load.push(time);
        let root = doc.get_or_insert_text("text");
        encode.push(millis(|| black_box(doc.transact().encode_state_as_update_v1(&StateVector::default()))).0);
        text.push(millis(|| black_box(root.get_string(&doc.transact()))).0);
    }
    println!(
        "{{\"ONE_BY_ONE\":{},\"LOAD\":{},\"ENCODE\":{},\"TEXT\":{}}}",
        median(one_by_one),
        median(load),
        median(encode),
        median(text)
    );
}
