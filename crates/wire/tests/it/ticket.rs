use lazaret_wire::edge::{InvalidTicket, JoinTicket};

#[test]
fn a_ticket_survives_a_file_with_a_newline() {
    let ticket = JoinTicket {
        secret: "s3cret".into(),
        ca: "-----BEGIN CERTIFICATE-----\n".into(),
        region: "eu".into(),
    };
    let line = format!("{}\n", ticket.encode());
    assert_eq!(JoinTicket::decode(&line), Ok(ticket.clone()));
    assert!(!format!("{ticket:?}").contains("s3cret"));
}

#[test]
fn what_is_no_ticket_is_refused() {
    for line in ["", "lzj1.", "lzj1.%%%", "lzj1.e30", "eyJ9"] {
        assert_eq!(JoinTicket::decode(line), Err(InvalidTicket), "{line}");
    }
}
