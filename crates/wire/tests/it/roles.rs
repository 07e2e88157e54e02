use lazaret_wire::api::Role;

#[test]
fn a_role_includes_those_below_it_and_an_edge_is_apart() {
    let may = |role: Role| -> Vec<&str> {
        let all = Role::ALL.into_iter().filter(|least| role.includes(*least));
        all.map(Role::name).collect()
    };
    assert_eq!(may(Role::Viewer), ["viewer"]);
    assert_eq!(may(Role::Approver), ["viewer", "analyst", "approver"]);
    assert_eq!(may(Role::Admin), ["viewer", "analyst", "approver", "admin"]);
    assert_eq!(may(Role::Edge), ["edge"]);
}
