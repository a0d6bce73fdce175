//! How far an address reaches: out into the world, into the house, or where no message may go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads. The order is from harmless to forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A public address.
    Public,
    /// The machine itself, its network or a range that is not for the public internet: only by the
    /// allow-list.
    Inside,
    /// Instance metadata, multicast, broadcast, unspecified or reserved: never, whatever the list
    /// says.
    Never,
}

/// The ranges of IPv4, first match wins: address, prefix length, reach.
///
/// Source: IANA IPv4 Special-Purpose Address Registry; metadata addresses as commonly known, which
/// no registry lists.
const V4: &[([u8; 4], u32, Reach)] = &[
    ([0, 0, 0, 0], 8, Reach::Never),
    ([169, 254, 169, 0], 24, Reach::Never), // AWS, Azure, Google, OpenStack and others: metadata
    ([169, 254, 170, 0], 24, Reach::Never), // AWS: credentials of containers and pods
    ([169, 254, 42, 42], 32, Reach::Never), // Scaleway: metadata
    ([169, 254, 0, 23], 32, Reach::Never),  // Tencent: metadata
    ([100, 100, 100, 200], 32, Reach::Never), // Alibaba: metadata
    ([168, 63, 129, 16], 32, Reach::Never), // Azure: host agent
    ([192, 0, 0, 192], 32, Reach::Never),   // Oracle: metadata
    ([224, 0, 0, 0], 4, Reach::Never),      // multicast
    ([240, 0, 0, 0], 4, Reach::Never),      // reserved, broadcast
    ([10, 0, 0, 0], 8, Reach::Inside),
    ([100, 64, 0, 0], 10, Reach::Inside), // carrier-grade NAT
    ([127, 0, 0, 0], 8, Reach::Inside),
    ([169, 254, 0, 0], 16, Reach::Inside),
    ([172, 16, 0, 0], 12, Reach::Inside),
    ([192, 0, 0, 0], 24, Reach::Inside),
    ([192, 0, 2, 0], 24, Reach::Inside),
    ([192, 88, 99, 0], 24, Reach::Inside),
    ([192, 168, 0, 0], 16, Reach::Inside),
    ([198, 18, 0, 0], 15, Reach::Inside),
    ([198, 51, 100, 0], 24, Reach::Inside),
    ([203, 0, 113, 0], 24, Reach::Inside),
];

/// The ranges of IPv6 that hold no IPv4 address, first match wins: first four groups, length,
/// reach.
///
/// Source: IANA IPv6 Special-Purpose Address Registry; metadata as above.
const V6: &[([u16; 8], u32, Reach)] = &[
    ([0; 8], 128, Reach::Never),
    ([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0], 32, Reach::Never), // AWS: metadata
    ([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0], 32, Reach::Never), // Google: metadata
    ([0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe], 128, Reach::Never), // OpenStack: metadata
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Reach::Never),       // multicast
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, Reach::Inside),
    ([0x0064, 0xff9b, 1, 0, 0, 0, 0, 0], 48, Reach::Inside),
    ([0x0100, 0, 0, 0, 0, 0, 0, 0], 64, Reach::Inside),
    ([0x2001, 0x0db8, 0, 0, 0, 0, 0, 0], 32, Reach::Inside),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Reach::Inside),
    ([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, Reach::Inside),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Reach::Inside),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, Reach::Inside),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, Reach::Inside),
];

/// Where this address leads. An IPv6 address that holds an IPv4 address leads at least as far
/// inside as that one.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => {
            let held = held_v4(address).into_iter().flatten().map(reach_v4).max();
            reach_v6(address).max(held.unwrap_or(Reach::Public))
        }
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let bits = address.to_bits();
    let within = |net: [u8; 4], length: u32| (bits ^ u32::from_be_bytes(net)) >> (32 - length) == 0;
    let range = V4.iter().find(|(net, length, _)| within(*net, *length));
    range.map_or(Reach::Public, |(_, _, reach)| *reach)
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let bits = address.to_bits();
    let within =
        |net: [u16; 8], length: u32| (bits ^ Ipv6Addr::from(net).to_bits()) >> (128 - length) == 0;
    let range = V6.iter().find(|(net, length, _)| within(*net, *length));
    range.map_or(Reach::Public, |(_, _, reach)| *reach)
}

/// The IPv4 addresses that an IPv6 address holds: mapped, translated, compatible, NAT64, 6to4,
/// ISATAP, and both of Teredo.
fn held_v4(address: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let s = address.segments();
    let at = |group: usize| Some(v4(s[group], s[group + 1]));
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None, None],
        [0, 0, 0, 0, 0, 0 | 0xffff, _, _] | [0, 0, 0, 0, 0xffff, 0, _, _] => [at(6), None],
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] | [0x64, 0xff9b, 1, ..] => [at(6), None],
        [0x2002, ..] => [at(1), None],
        [0x2001, 0, ..] => [at(2), Some(v4(!s[6], !s[7]))],
        [_, _, _, _, 0 | 0x200, 0x5efe, _, _] => [at(6), None],
        _ => [None, None],
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reach_wanted: Reach, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(reach(address.parse().unwrap()), reach_wanted, "{address}");
        }
    }

    #[test]
    fn public_addresses_are_public() {
        check(
            Reach::Public,
            &[
                "1.1.1.1",
                "172.32.0.1",
                "100.63.255.255",
                "2606:4700::1111",
                "::ffff:8.8.8.8",
                "64:ff9b::8.8.8.8",
                "2002:808:808::1",
            ],
        );
    }

    #[test]
    fn the_house_is_inside_however_it_is_written() {
        check(
            Reach::Inside,
            &[
                "127.0.0.1",
                "127.255.0.9",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.1.1",
                "100.64.0.1",
                "198.19.0.1",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "::ffff:127.0.0.1",
                "::ffff:10.1.2.3",
                "::127.0.0.1",
                "::ffff:0:192.168.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b:1::8.8.8.8",
                "2002:7f00:1::",
                "2001:db8::1",
                "2a00::5efe:10.0.0.1",
                "fec0::1",
            ],
        );
        // Teredo: the client's address 192.168.0.1 stands inverted at the end.
        check(Reach::Inside, &["2001:0:808:808::3f57:fffe"]);
    }

    #[test]
    fn metadata_is_never_reached_however_it_is_written() {
        check(
            Reach::Never,
            &[
                "169.254.169.254",
                "169.254.170.2",
                "169.254.170.23",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "fd00:ec2::254",
                "fd20:ce::254",
                "fe80::a9fe:a9fe",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::",
                "::169.254.169.254",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "::ffff:0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "ff02::1",
            ],
        );
    }
}
