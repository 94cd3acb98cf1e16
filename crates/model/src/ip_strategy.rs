//! IP strategies: which addresses may call the APIs that they are bound to. They act at once, without a release.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::{ApiId, EnvironmentName, Invalid, IpStrategyId, Name, ServiceId, Timestamp};

/// A list of addresses that decides who may call, and the APIs that it decides for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpStrategy {
    /// Its identifier.
    pub id: IpStrategyId,
    /// The service that it belongs to.
    pub service: ServiceId,
    /// Its name.
    pub name: Name,
    /// What the list says.
    pub kind: IpStrategyKind,
    /// The list.
    pub addresses: AddressList,
    /// Where it decides: an API is bound to at most one strategy in an environment.
    #[serde(default)]
    pub bindings: BTreeSet<IpBinding>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed; binding it is no change.
    pub modified: Timestamp,
}

/// What a list of addresses says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IpStrategyKind {
    /// Those may call, and nobody else.
    White,
    /// Those may not call.
    Black,
}

/// An API in an environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct IpBinding {
    pub environment: EnvironmentName,
    pub api: ApiId,
}

/// Addresses and networks, IPv4 and IPv6: at least one, separated by line ends or semicolons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressList {
    raw: String,
    ranges: Vec<AddressRange>,
}

/// The addresses from `first` to `last`; an IPv4 address stands as the IPv6 address that maps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AddressRange {
    /// The first address, as a number.
    pub first: u128,
    /// The last address, as a number.
    pub last: u128,
}

impl AddressList {
    /// Most entries of a list.
    pub const MOST: usize = 1000;

    /// Longest list as it is written, in bytes: room for the most entries, each of the longest form.
    pub const LONGEST: usize = 64 * 1024;

    /// The list as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// Its entries, in order of their first addresses; they may overlap.
    pub fn ranges(&self) -> &[AddressRange] {
        &self.ranges
    }
}

impl AddressRange {
    /// An address as a number: IPv4 is mapped into IPv6.
    pub fn number(address: IpAddr) -> u128 {
        let mapped: Ipv6Addr = match address {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        mapped.into()
    }

    /// `1.2.3.4`, `1.2.3.0/24`, `2001:db8::1` or `2001:db8::/32`; bits behind the prefix are passed over.
    fn parse(entry: &str) -> Option<Self> {
        let (address, prefix) = match entry.split_once('/') {
            None => (entry, None),
            Some((address, prefix)) if prefix.bytes().all(|b| b.is_ascii_digit()) => {
                (address, Some(prefix.parse::<u32>().ok()?))
            }
            Some(_) => return None,
        };
        let address: IpAddr = address.parse().ok()?;
        let bits: u32 = if address.is_ipv4() { 32 } else { 128 };
        let free = bits.checked_sub(prefix.unwrap_or(bits))?;
        let behind = 1_u128.checked_shl(free).map_or(u128::MAX, |end| end - 1);
        let number = Self::number(address);
        Some(Self { first: number & !behind, last: number | behind })
    }
}

impl TryFrom<String> for AddressList {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let refuse = |reason: String| Invalid::new("addresses", reason);
        if raw.len() > Self::LONGEST {
            return Err(refuse(format!("is {} bytes long; at most {} are allowed", raw.len(), Self::LONGEST)));
        }
        let entries = raw.split(['\n', ';']).map(str::trim).filter(|entry| !entry.is_empty());
        let mut ranges = Vec::new();
        for entry in entries {
            if ranges.len() == Self::MOST {
                return Err(refuse(format!("holds more than {} entries", Self::MOST)));
            }
            ranges.push(AddressRange::parse(entry).ok_or_else(|| {
                let shown: String = entry.chars().take(64).collect();
                refuse(format!(
                    "`{}` is no address and no network; `1.2.3.4`, `1.2.3.0/24`, `2001:db8::1` and `2001:db8::/32` are",
                    shown.escape_debug()
                ))
            })?);
        }
        if ranges.is_empty() {
            return Err(refuse("is empty; at least one address or network is needed".to_owned()));
        }
        ranges.sort();
        Ok(Self { raw, ranges })
    }
}

impl TryFrom<&str> for AddressList {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<AddressList> for String {
    fn from(list: AddressList) -> Self {
        list.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(list: &str, address: &str) -> bool {
        let number = AddressRange::number(address.parse().unwrap());
        let list = AddressList::try_from(list).unwrap();
        list.ranges().iter().any(|range| (range.first..=range.last).contains(&number))
    }

    #[test]
    fn a_list_holds_addresses_and_networks_of_both_families() {
        for (list, address, expected) in [
            ("1.2.3.4", "1.2.3.4", true),
            ("1.2.3.4", "1.2.3.5", false),
            ("9.9.9.9\n1.2.3.77/24\n", "1.2.3.0", true),
            ("1.2.3.0/24", "1.2.4.0", false),
            ("1.1.1.1; 0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("::/0", "1.2.3.4", true),
            ("1.2.3.4/32", "1.2.3.4", true),
        ] {
            assert_eq!(holds(list, address), expected, "{list} {address}");
        }
    }

    #[test]
    fn what_is_no_list_of_addresses_is_refused_by_its_entry() {
        for (raw, told) in [
            ("", "empty"),
            (" \n;\n", "empty"),
            ("1.2.3.4\n1.2.3", "`1.2.3`"),
            ("1.2.3.4/33", "`1.2.3.4/33`"),
            ("1.2.3.4/", "`1.2.3.4/`"),
            ("1.2.3.4/+8", "`1.2.3.4/+8`"),
            ("::1/129", "`::1/129`"),
            ("localhost", "`localhost`"),
        ] {
            let refused = AddressList::try_from(raw).expect_err(raw);
            assert!(refused.reason.contains(told), "{raw:?}: {}", refused.reason);
        }
        assert!(AddressList::try_from("1.1.1.1;".repeat(1001)).is_err());
        assert!(AddressList::try_from("1.1.1.1;".repeat(1000)).is_ok());
    }
}
