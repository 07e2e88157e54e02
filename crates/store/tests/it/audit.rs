use lazaret_store::{AuditEntry, AuditFilter, AuditHead, Error, Paging, verify_chain};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{at, both, by, tamper};

both!(the_log_is_one_chain, |fixture| {
    let second = fixture.second().await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = if writer % 2 == 0 {
                fixture.store.clone()
            } else {
                second.clone()
            };
            tokio::spawn(async move {
                for number in 0..10 {
                    let details = json!({"number": number, "nul": "a\0b"});
                    let by = by(&format!("writer{writer}"));
                    store
                        .append_audit(&by, "test.write", "thing:1", &details)
                        .await
                        .expect("appended");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer");
    }
    let head = fixture.store.verify_audit().await.expect("holds");
    assert_eq!(head.seq, 80);
    let entries = second.audit_after(0, 1000).await.expect("read");
    assert_eq!(verify_chain(&AuditHead::genesis(), &entries), Ok(head));
});

both!(the_log_is_paged_and_filtered, |fixture| {
    let store = &fixture.store;
    for number in 0..7 {
        let actor = if number % 2 == 0 { "anna" } else { "ben" };
        let action = if number < 4 {
            "hold.place"
        } else {
            "user.role"
        };
        store
            .append_audit(&by(actor), action, &format!("o:{number}"), &json!({}))
            .await
            .expect("appended");
    }
    let mut paging = Paging::first(3);
    let mut seen = Vec::new();
    loop {
        let page = store
            .audit_page(&AuditFilter::default(), &paging)
            .await
            .expect("page");
        seen.extend(page.items.iter().map(|entry| entry.seq));
        if page.next.is_none() {
            break;
        }
        paging.after = page.next;
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    let filter = AuditFilter {
        actor: Some("anna".to_owned()),
        action: Some("hold.".to_owned()),
        object: None,
    };
    let page = store
        .audit_page(&filter, &Paging::default())
        .await
        .expect("page");
    assert_eq!(
        page.items.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
        [3, 1]
    );
    // By what was done alone: along the index of actions, page by page.
    for (action, expected) in [
        ("user.", vec![7, 6, 5]),
        ("hold.place", vec![4, 3, 2, 1]),
        ("hold.placed", vec![]),
        ("", vec![7, 6, 5, 4, 3, 2, 1]),
    ] {
        let filter = AuditFilter {
            action: Some(action.to_owned()),
            ..AuditFilter::default()
        };
        let (mut paging, mut seen) = (Paging::first(2), Vec::new());
        loop {
            let page = store.audit_page(&filter, &paging).await.expect("page");
            seen.extend(page.items.iter().map(|entry| entry.seq));
            if page.next.is_none() {
                break;
            }
            paging.after = page.next;
        }
        assert_eq!(seen, expected, "{action}");
    }
    let none = store.audit_page(&filter, &Paging::first(0)).await;
    assert!(matches!(none, Err(Error::Invalid(_))));
});

both!(a_changed_row_is_found, |fixture| {
    let store = &fixture.store;
    for number in 0..5 {
        store
            .append_audit(&by("anna"), "a", &number.to_string(), &json!({}))
            .await
            .expect("appended");
    }
    for (sql, undo) in [
        (
            "UPDATE audit SET reason = 'b test' WHERE seq = 3",
            "UPDATE audit SET reason = 'a test' WHERE seq = 3",
        ),
        (
            "UPDATE audit SET at = at + 1 WHERE seq = 1",
            "UPDATE audit SET at = at - 1 WHERE seq = 1",
        ),
        (
            "UPDATE audit SET seq = 9 WHERE seq = 5",
            "UPDATE audit SET seq = 5 WHERE seq = 9",
        ),
    ] {
        tamper(&fixture.database, sql).await;
        let found = store.verify_audit().await;
        assert!(
            matches!(found, Err(Error::Corrupt { .. })),
            "{sql}: {found:?}"
        );
        tamper(&fixture.database, undo).await;
        store.verify_audit().await.expect("holds again");
    }
    // The end cut off: only the head knows.
    tamper(&fixture.database, "DELETE FROM audit WHERE seq > 3").await;
    let found = store.verify_audit().await;
    assert!(matches!(found, Err(Error::Corrupt { .. })), "{found:?}");
});

fn chain(texts: &[String]) -> Vec<AuditEntry> {
    let mut head = AuditHead::genesis();
    texts
        .iter()
        .map(|text| {
            let mut entry = AuditEntry {
                seq: head.seq + 1,
                at: at(head.seq),
                actor: text.clone(),
                action: text.chars().rev().collect(),
                object: format!("o{text}"),
                reason: String::new(),
                details: json!({"text": text}).to_string(),
                previous: head.hash.clone(),
                hash: String::new(),
            };
            entry.hash = entry.digest();
            head = AuditHead {
                seq: entry.seq,
                hash: entry.hash.clone(),
            };
            entry
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Of an exported log, any byte changed is found: by the JSON reader or by the chain.
    #[test]
    fn any_changed_byte_is_found(texts in prop::collection::vec("[a-z\"\\\\ é]{0,8}", 1..6), place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let entries = chain(&texts);
        let head = verify_chain(&AuditHead::genesis(), &entries).expect("holds");
        let mut bytes = serde_json::to_vec(&entries).expect("JSON");
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let read: Result<Vec<AuditEntry>, _> = serde_json::from_slice(&bytes);
        if let Ok(read) = read {
            let verified = verify_chain(&AuditHead::genesis(), &read);
            // Another spelling of the very same entries is no change.
            prop_assert!(read == entries || verified != Ok(head));
        }
    }

    /// Text cannot move from one field to the next, nor entries change places or go.
    #[test]
    fn fields_and_entries_stay_in_place(texts in prop::collection::vec("[a-z]{1,6}", 2..6), which in any::<prop::sample::Index>()) {
        let entries = chain(&texts);
        let head = verify_chain(&AuditHead::genesis(), &entries).expect("holds");
        let which = which.index(entries.len());
        let mut moved = entries.clone();
        let first = moved[which].actor.remove(0);
        moved[which].action.push(first);
        prop_assert!(verify_chain(&AuditHead::genesis(), &moved).is_err());
        let mut fewer = entries.clone();
        fewer.remove(which);
        prop_assert_ne!(verify_chain(&AuditHead::genesis(), &fewer), Ok(head));
        let mut swapped = entries;
        let other = (which + 1) % swapped.len();
        swapped.swap(which, other);
        prop_assert!(verify_chain(&AuditHead::genesis(), &swapped).is_err());
    }
}
