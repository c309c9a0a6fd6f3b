use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};

use proptest::prelude::*;

use super::*;

fn permits(guard: &Guard, address: &str) -> Result<(), Refused> {
    guard.permits(address.parse().unwrap())
}

// A webhook or push address that points back at the node or into the house.
#[test]
fn this_machine_and_private_networks_are_not_asked() {
    let guard = Guard::new();
    for inside in [
        "127.0.0.1:80",
        "127.9.9.9:443",
        "0.0.0.0:80",
        "10.0.0.1:80",
        "172.16.0.1:80",
        "172.31.255.255:80",
        "192.168.1.1:80",
        "169.254.169.254:80",
        "100.64.0.1:80",
        "198.18.0.1:80",
        "224.0.0.1:80",
        "255.255.255.255:80",
        "192.0.0.8:80",
        "[::1]:80",
        "[::]:80",
        "[fe80::1]:80",
        "[fc00::1]:80",
        "[fd12:3456::1]:80",
        "[ff02::1]:80",
        "[::ffff:127.0.0.1]:80",
        "[::ffff:10.0.0.1]:80",
        "[64:ff9b::7f00:1]:80",
        "[2002:7f00:1::1]:80",
        "[2001:0:1::1]:80",
    ] {
        assert_eq!(permits(&guard, inside), Err(Refused::Inside), "{inside}");
    }
    for open in [
        "1.1.1.1:443",
        "172.32.0.1:443",
        "[2606:4700::1111]:443",
        "[64:ff9b::101:101]:443",
    ] {
        assert_eq!(permits(&guard, open), Ok(()), "{open}");
    }
}

#[test]
fn settings_may_name_a_network_and_never_the_node_itself() {
    let guard = Guard::new()
        .allowing([
            "127.0.0.0/8".parse().unwrap(),
            "10.20.0.0/16".parse().unwrap(),
        ])
        .own_port(8110)
        .own_name("Polres-Pati.example");
    assert_eq!(permits(&guard, "10.20.3.4:80"), Ok(()));
    assert_eq!(permits(&guard, "10.21.3.4:80"), Err(Refused::Inside));
    assert_eq!(permits(&guard, "127.0.0.1:9000"), Ok(()));
    assert_eq!(permits(&guard, "127.0.0.1:8110"), Err(Refused::Own));
    assert_eq!(
        permits(&guard, "[::ffff:127.0.0.1]:8110"),
        Err(Refused::Own)
    );
    assert_eq!(
        guard.permits_name("polres-pati.EXAMPLE."),
        Err(Refused::Own)
    );
    assert_eq!(guard.permits_name("lain.example"), Ok(()));
}

#[test]
fn a_network_is_read_as_people_write_it() {
    for bad in [
        "",
        "10",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/x",
        "kantor",
        "10.0.0.0/8/8",
    ] {
        assert!(bad.parse::<Network>().is_err(), "{bad}");
    }
    let all: Network = "0.0.0.0/0".parse().unwrap();
    assert!(all.holds("9.9.9.9".parse().unwrap()));
    assert!(!all.holds("2606:4700::1111".parse().unwrap()));
    let every: Network = "::/0".parse().unwrap();
    assert!(every.holds("2606:4700::1111".parse().unwrap()));
}

proptest! {
    #[test]
    fn a_network_holds_exactly_what_begins_with_its_bits(ip: u32, other: u32, bits in 0_u32..=32) {
        let (ip, other) = (std::net::Ipv4Addr::from(ip), std::net::Ipv4Addr::from(other));
        let network: Network = format!("{ip}/{bits}").parse().unwrap();
        let shift = 32 - bits;
        let head = |ip: std::net::Ipv4Addr| u64::from(ip.to_bits()) >> shift;
        prop_assert_eq!(network.holds(other.into()), head(ip) == head(other));
    }
}

/// Answers each connection with these bytes after it sent something, as often as asked.
fn server(answer: &'static [u8], times: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(times) {
            let mut stream = stream.unwrap();
            let mut asked = [0_u8; 4096];
            let _ = stream.read(&mut asked);
            let _ = stream.write_all(answer);
        }
    });
    address
}

fn loopback() -> Guard {
    Guard::new().allowing(["127.0.0.1".parse().unwrap()])
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to() {
    let address = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", 1);
    let by_name = format!("http://localhost:{}/", address.port());
    let guarded = Outside::guarded(Guard::new());
    let refused = guarded.get(&by_name, 10).await.unwrap_err();
    assert!(
        matches!(refused, OutsideError::Refused(Refused::Inside)),
        "{refused:?}"
    );
    let allowed = Guard::new().allowing(["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()]);
    let answer = Outside::guarded(allowed).get(&by_name, 10).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"ok"[..]));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let address = server(
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        1,
    );
    let asked = Outside::guarded(loopback());
    let answer = asked.get(&format!("http://{address}/"), 10).await.unwrap();
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn a_long_answer_and_a_slow_one_are_cut_off() {
    let address = server(
        b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n12345678901",
        1,
    );
    let asked = Outside::guarded(loopback());
    let long = asked
        .get(&format!("http://{address}/"), 10)
        .await
        .unwrap_err();
    assert!(matches!(long, OutsideError::NotWhole(_)), "{long:?}");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let question = Question {
        patience: Duration::from_millis(50),
        ..Question::get(format!("http://{address}/"), 10)
    };
    let slow = asked.ask(question).await.unwrap_err();
    assert!(matches!(slow, OutsideError::Slow(_)), "{slow:?}");
    assert!(slow.may_have_arrived());
}

#[tokio::test]
async fn what_is_no_address_and_no_header_is_refused() {
    let asked = Outside::guarded(loopback());
    for bad in [
        "",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "/jalan",
        "http://",
    ] {
        let refused = asked.get(bad, 10).await.unwrap_err();
        assert!(
            matches!(
                refused,
                OutsideError::NoAddress | OutsideError::Unreachable(_)
            ),
            "{bad}: {refused:?}"
        );
    }
    let question = Question::get("http://127.0.0.1/", 1);
    let split = question.with("x-test", "a\r\nx-other: b").unwrap_err();
    assert!(matches!(split, OutsideError::Header("x-test")));
}
