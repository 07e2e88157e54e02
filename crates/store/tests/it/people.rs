use lazaret_store::{
    Error, ListProgress, NewPerson, NewToken, Paging, Person, PersonChange, Role, Store, digest_of,
};

use crate::support::{at, both, by, new_registry, tamper};

pub(crate) async fn person(store: &Store, name: &str, role: Role) -> Person {
    let new = NewPerson {
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        email: None,
        role,
        password_hash: Some("$argon2id$…".to_owned()),
        subject: None,
    };
    store
        .create_person(&new, &by("setup"))
        .await
        .expect("a person")
}

both!(people_come_and_go, |fixture| {
    let store = &fixture.store;
    let anna = person(store, "anna", Role::Analyst).await;
    person(store, "ben", Role::Approver).await;
    let again = NewPerson {
        name: "anna".to_owned(),
        display_name: String::new(),
        email: None,
        role: Role::Admin,
        password_hash: None,
        subject: None,
    };
    let taken = store.create_person(&again, &by("setup")).await;
    assert!(matches!(taken, Err(Error::Conflict(_))), "{taken:?}");
    assert_eq!(
        store.person_by_name("anna").await.expect("read"),
        Some(anna.clone())
    );
    assert_eq!(
        store.person(&anna.id).await.expect("read"),
        Some(anna.clone())
    );

    store
        .set_role("anna", Role::Admin, &by("root"))
        .await
        .expect("role");
    assert_eq!(
        store.person(&anna.id).await.expect("read").map(|p| p.role),
        Some(Role::Admin)
    );
    let nobody = store.set_role("nobody", Role::Admin, &by("root")).await;
    assert!(matches!(nobody, Err(Error::NotFound { .. })), "{nobody:?}");

    let first = store.persons(&Paging::first(1)).await.expect("page");
    assert_eq!(first.items[0].name, "anna");
    let rest = Paging {
        limit: 1,
        after: first.next,
    };
    let second = store.persons(&rest).await.expect("page");
    assert_eq!((second.items[0].name.as_str(), second.next), ("ben", None));
    // Four changes were made, four stand in the log: nothing is written that did not happen.
    assert_eq!(store.audit_head().await.expect("head").seq, 3);
});

both!(sessions_end, |fixture| {
    let store = &fixture.store;
    let anna = person(store, "anna", Role::Analyst).await;
    let cookie = digest_of(b"cookie");
    store
        .create_session(&cookie, &anna.id, at(0), at(100))
        .await
        .expect("session");
    let session = store
        .session_by_hash(&cookie, at(99))
        .await
        .expect("read")
        .expect("there");
    assert_eq!(session.person, anna);
    assert!(
        store
            .session_by_hash(&cookie, at(100))
            .await
            .expect("read")
            .is_none()
    );
    store
        .disable_person("anna", &by("root"))
        .await
        .expect("disabled");
    assert!(
        store
            .session_by_hash(&cookie, at(1))
            .await
            .expect("read")
            .is_none()
    );
    let refused = store
        .create_session(&cookie, &anna.id, at(0), at(100))
        .await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    store
        .enable_person("anna", &by("root"))
        .await
        .expect("enabled");
    assert!(
        store
            .session_by_hash(&cookie, at(1))
            .await
            .expect("read")
            .is_none(),
        "it does not come back"
    );
    store
        .create_session(&cookie, &anna.id, at(0), at(100))
        .await
        .expect("session");
    store
        .set_password("anna", Some("other"), &by("anna"))
        .await
        .expect("set");
    assert!(
        store
            .session_by_hash(&cookie, at(1))
            .await
            .expect("read")
            .is_none()
    );
    store
        .create_session(&cookie, &anna.id, at(0), at(100))
        .await
        .expect("session");
    store.end_session(&cookie).await.expect("ended");
    assert!(
        store
            .session_by_hash(&cookie, at(1))
            .await
            .expect("read")
            .is_none()
    );
});

both!(tokens_open_until_they_do_not, |fixture| {
    let store = &fixture.store;
    let anna = person(store, "anna", Role::Analyst).await;
    let new = |secret: &[u8], owner: Option<&str>, expires| NewToken {
        hash: digest_of(secret),
        name: "ci".to_owned(),
        role: Role::Viewer,
        person_id: owner.map(str::to_owned),
        expires_at: expires,
    };
    let ours = store
        .create_token(&new(b"1", Some(&anna.id), None), &by("anna"))
        .await
        .expect("token");
    let machine = store
        .create_token(&new(b"2", None, Some(at(50))), &by("root"))
        .await
        .expect("token");
    let twice = store
        .create_token(&new(b"2", None, None), &by("root"))
        .await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    let stranger = store
        .create_token(&new(b"3", Some("nobody"), None), &by("root"))
        .await;
    assert!(matches!(stranger, Err(Error::Conflict(_))), "{stranger:?}");

    let opens = async |secret: &[u8], now| {
        let token = store
            .token_by_hash(&digest_of(secret), at(now))
            .await
            .expect("read");
        token.map(|token| token.id)
    };
    assert_eq!(opens(b"1", 0).await, Some(ours.id.clone()));
    assert_eq!(opens(b"2", 49).await, Some(machine.id.clone()));
    assert_eq!(opens(b"2", 50).await, None);
    store
        .disable_person("anna", &by("root"))
        .await
        .expect("disabled");
    assert_eq!(opens(b"1", 0).await, None);
    store
        .enable_person("anna", &by("root"))
        .await
        .expect("enabled");
    store.touch_token(&ours.id, at(9)).await.expect("touched");
    assert_eq!(opens(b"1", 0).await, Some(ours.id.clone()));
    store
        .revoke_token(&ours.id, &by("root"))
        .await
        .expect("revoked");
    assert_eq!(opens(b"1", 0).await, None);
    let again = store.revoke_token(&ours.id, &by("root")).await;
    assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
    assert_eq!(
        store
            .tokens(&Paging::default())
            .await
            .expect("page")
            .items
            .len(),
        2
    );
});

both!(registries_keep_their_credential, |fixture| {
    let store = &fixture.store;
    let made = store
        .create_registry(&new_registry("main"), &by("root"))
        .await
        .expect("made");
    assert_eq!(made.credential.as_deref(), Some(&[0, 1, 255][..]));
    let mut settings = new_registry("main");
    settings.credential = None;
    settings.paused = true;
    let changed = store
        .update_registry(&made.id, &settings, &by("root"))
        .await
        .expect("changed");
    assert_eq!(changed.credential, made.credential);
    assert!(changed.paused);
    let far = ListProgress {
        repository: "shop/web".to_owned(),
        tag: Some("1".to_owned()),
    };
    let note = async || {
        let noted = store.note_list_progress(&made.id, &far, at(4)).await;
        noted.expect("noted");
        store.list_progress(&made.id).await.expect("read")
    };
    let progress = async || store.list_progress(&made.id).await.expect("read");
    assert_eq!(progress().await, None);
    assert_eq!(note().await.as_ref(), Some(&far));
    // A place that may be another one now is read from its beginning.
    store
        .update_registry(&made.id, &settings, &by("root"))
        .await
        .expect("changed");
    assert_eq!(progress().await, None);
    assert_eq!(note().await.as_ref(), Some(&far));
    store
        .registry_listed(&made.id, at(5))
        .await
        .expect("listed");
    assert_eq!(progress().await, None);
    let read = store
        .registry(&made.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(read.listed_at, Some(at(5)));
    let other = store
        .create_registry(&new_registry("other"), &by("root"))
        .await
        .expect("made");
    settings.name = "other".to_owned();
    let taken = store
        .update_registry(&made.id, &settings, &by("root"))
        .await;
    assert!(matches!(taken, Err(Error::Conflict(_))), "{taken:?}");
    let all = store
        .registries(&Paging::default())
        .await
        .expect("page")
        .items;
    assert_eq!(
        all.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(),
        ["main", "other"]
    );
    store
        .delete_registry(&other.id, &by("root"))
        .await
        .expect("deleted");
    assert!(store.registry(&other.id).await.expect("read").is_none());
    let log = store.audit_after(0, 100).await.expect("read");
    assert!(
        log.iter().all(|entry| !entry.details.contains("255")),
        "no credential in the log"
    );
});

both!(names_are_one_in_any_case_and_older_twins_stay, |fixture| {
    let store = &fixture.store;
    person(store, "Anna", Role::Analyst).await;
    let twin = NewPerson {
        name: "anna".to_owned(),
        display_name: String::new(),
        email: None,
        role: Role::Admin,
        password_hash: None,
        subject: None,
    };
    let taken = store.create_person(&twin, &by("setup")).await;
    assert!(matches!(taken, Err(Error::Conflict(_))), "{taken:?}");
    let found = async |name: &str| {
        let found = store.person_by_name(name).await.expect("read");
        found.map(|person| person.name)
    };
    assert_eq!(found("ANNA").await.as_deref(), Some("Anna"));
    // Of before case was passed over.
    let sql = "INSERT INTO person (id, name, display_name, role, created_at) \
               VALUES ('twin', 'anna', '', 'viewer', 1)";
    tamper(&fixture.database, sql).await;
    assert_eq!(found("Anna").await.as_deref(), Some("Anna"));
    assert_eq!(found("anna").await.as_deref(), Some("anna"));
    assert_eq!(found("ANNA").await, None, "nobody guesses which");
});

both!(a_change_of_what_is_another_by_now_is_none, |fixture| {
    let store = &fixture.store;
    let anna = person(store, "anna", Role::Analyst).await;
    let change = PersonChange {
        role: Some(Role::Approver),
        password_hash: Some("other".to_owned()),
        disabled: Some(true),
    };
    let cookie = digest_of(b"cookie");
    let session = store
        .create_session(&cookie, &anna.id, at(0), at(100))
        .await;
    session.expect("session");
    let changed = store.change_person_from(&anna, &change, &by("root")).await;
    let changed = changed.expect("changed");
    assert_eq!(store.person(&anna.id).await.expect("read"), Some(changed));
    let gone = store.session_by_hash(&cookie, at(1)).await.expect("read");
    assert!(gone.is_none(), "sessions end");
    let late = store.change_person_from(&anna, &change, &by("root")).await;
    assert!(matches!(late, Err(Error::Changed(_))), "{late:?}");
    assert_eq!(store.audit_head().await.expect("head").seq, 4);

    let made = store
        .create_registry(&new_registry("main"), &by("root"))
        .await;
    let made = made.expect("made");
    store
        .registry_listed(&made.id, at(5))
        .await
        .expect("listed");
    let mut settings = new_registry("main");
    settings.paused = true;
    // When it was listed is no change of it.
    let paused = store
        .update_registry_from(&made, &settings, &by("root"))
        .await;
    assert!(paused.expect("changed").paused);
    let late = store
        .update_registry_from(&made, &settings, &by("root"))
        .await;
    assert!(matches!(late, Err(Error::Changed(_))), "{late:?}");
    let late = store.delete_registry_from(&made, &by("root")).await;
    assert!(matches!(late, Err(Error::Changed(_))), "{late:?}");
});
