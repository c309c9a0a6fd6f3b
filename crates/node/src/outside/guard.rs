//! Which addresses may be asked that somebody else named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::str::FromStr;

/// Why an address is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is the node's own.
    #[error("the address is the node's own")]
    Own,
    /// It is on this machine, in a private network, or not one of the open Internet.
    #[error(
        "the address is on this machine or in a private network; name the network in \
         `outside.allow` of the settings if it is meant"
    )]
    Inside,
}

/// A network as people write it: an address alone, or with the bits that are the same in all of it.
///
/// ```
/// use pengayom_node::outside::Network;
/// let office: Network = "10.20.0.0/16".parse()?;
/// assert!(office.holds("10.20.3.4".parse()?));
/// assert!(!office.holds("10.21.3.4".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// As 128 bits; of IPv4 the mapped form.
    base: u128,
    mask: u128,
}

/// A text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an address such as 10.20.0.5 or a network such as 10.20.0.0/16, found {0:?}")]
pub struct NotANetwork(String);

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotANetwork(text.chars().take(60).collect());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let ip: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let width: u32 = if ip.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.trim().parse::<u32>().map_err(|_| wrong())?,
            None => width,
        };
        if bits > width {
            return Err(wrong());
        }
        let shift = width - bits;
        let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
        Ok(Self {
            base: wide(ip) & mask,
            mask,
        })
    }
}

impl Network {
    /// Whether an address is in it.
    pub fn holds(&self, ip: IpAddr) -> bool {
        wide(ip) & self.mask == self.base
    }
}

fn wide(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// Judges addresses before anything is sent to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    allowed: Vec<Network>,
    /// Lower case, without brackets and the dot at the end.
    own_names: Vec<String>,
    own_ports: Vec<u16>,
}

impl Guard {
    /// A guard that lets nobody ask this machine or private networks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Networks that may be asked all the same, as the unit's settings name them. The node's own
    /// address is not among them even so.
    #[must_use]
    pub fn allowing(mut self, networks: impl IntoIterator<Item = Network>) -> Self {
        self.allowed.extend(networks);
        self
    }

    /// The name under which the node is reached from outside, such as `polres-pati.example`.
    #[must_use]
    pub fn own_name(mut self, host: &str) -> Self {
        self.own_names.push(plain_name(host));
        self
    }

    /// A port that the node listens on: it is not asked at any address of this machine.
    #[must_use]
    pub fn own_port(mut self, port: u16) -> Self {
        self.own_ports.push(port);
        self
    }

    /// Whether a host may be asked, by its name.
    ///
    /// # Errors
    /// [`Refused::Own`] for the node's own names.
    pub fn permits_name(&self, host: &str) -> Result<(), Refused> {
        let host = plain_name(host);
        if self.own_names.contains(&host) {
            return Err(Refused::Own);
        }
        Ok(())
    }

    /// Whether an address may be connected to.
    ///
    /// # Errors
    /// [`Refused`] when it is the node's own, on this machine, or in a private network that is not
    /// allowed.
    pub fn permits(&self, address: SocketAddr) -> Result<(), Refused> {
        let ip = address.ip().to_canonical();
        let allowed = self.allowed.iter().any(|network| network.holds(ip));
        if !is_open(ip) && !allowed {
            return Err(Refused::Inside);
        }
        // An address of the open Internet may be this machine's as well.
        let here = is_of_this_machine(ip);
        if here && self.own_ports.contains(&address.port()) {
            return Err(Refused::Own);
        }
        if here && !allowed {
            return Err(Refused::Inside);
        }
        Ok(())
    }
}

fn plain_name(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

/// Whether this machine has the address: only then can one listen there.
fn is_of_this_machine(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || TcpListener::bind((ip, 0)).is_ok()
}

/// Whether an address is one of the open Internet (IANA special-purpose registries, RFC 6890).
fn is_open(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_open_v4(v4),
        IpAddr::V6(v6) => is_open_v6(v6),
    }
}

fn is_open_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let closed = a == 0 // this network
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || (a == 100 && (64..128).contains(&b)) // shared by customers of a provider, RFC 6598
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 198 && (b == 18 || b == 19)) // measurements, RFC 2544
        || a >= 240; // reserved, broadcast
    !closed
}

#[allow(
    clippy::many_single_char_names,
    clippy::match_same_arms,
    reason = "the groups of an address have no names, and each range stands with its source"
)]
fn is_open_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    // Addresses that carry one of IPv4 go where that one goes.
    let carried = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        is_open_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) => carried(g, h),
        (0x64, 0xff9b, 0, 0, 0, 0) => carried(g, h), // NAT64, RFC 6052
        (0x2002, ..) => carried(b, c),               // 6to4, RFC 3056
        (0x2001, 0, ..) => false,                    // Teredo, RFC 4380
        (0x2001, 0xdb8, ..) => false,                // documentation
        // Only 2000::/3 is given out to the open Internet.
        _ => (a & 0xe000) == 0x2000,
    }
}
