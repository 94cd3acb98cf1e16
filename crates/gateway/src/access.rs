//! Who may call, by address: asked before anything else of a call whose API is known.

use std::net::IpAddr;

use model::{AddressList, AddressRange, IpStrategyKind};

use crate::refusal::Refusal;

/// A list of addresses, ready to be asked.
#[derive(Debug, PartialEq, Eq)]
pub struct AccessPlan {
    kind: IpStrategyKind,
    /// In order, without overlaps.
    ranges: Box<[AddressRange]>,
}

impl AccessPlan {
    /// Prepares a list, which says what `kind` does.
    pub fn new(kind: IpStrategyKind, list: &AddressList) -> Self {
        let mut ranges: Vec<AddressRange> = Vec::new();
        for range in list.ranges() {
            match ranges.last_mut() {
                Some(last) if range.first <= last.last.saturating_add(1) => last.last = last.last.max(range.last),
                _ => ranges.push(*range),
            }
        }
        Self { kind, ranges: ranges.into() }
    }

    /// Refuses an address that may not call.
    pub fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        let number = AddressRange::number(address);
        let after = self.ranges.partition_point(|range| range.first <= number);
        let is_listed =
            after.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|range| number <= range.last);
        let may = match self.kind {
            IpStrategyKind::White => is_listed,
            IpStrategyKind::Black => !is_listed,
        };
        if may { Ok(()) } else { Err(Refusal::AddressRefused) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(kind: IpStrategyKind, list: &str) -> AccessPlan {
        AccessPlan::new(kind, &AddressList::try_from(list).unwrap())
    }

    #[test]
    fn a_list_is_asked_in_both_senses() {
        let list = "10.0.0.0/8\n10.1.0.0/16\n9.255.255.255\n192.0.2.1\n2001:db8::/32";
        let (white, black) = (plan(IpStrategyKind::White, list), plan(IpStrategyKind::Black, list));
        assert_eq!(white.ranges.len(), 3, "what overlaps or touches is one");
        for (address, is_listed) in [
            ("10.0.0.0", true),
            ("10.255.255.255", true),
            ("9.255.255.255", true),
            ("9.255.255.254", false),
            ("11.0.0.0", false),
            ("192.0.2.1", true),
            ("::ffff:192.0.2.1", true),
            ("192.0.2.2", false),
            ("2001:db8::5", true),
            ("::1", false),
            ("ffff::", false),
        ] {
            let address = address.parse().unwrap();
            assert_eq!(white.check(address).is_ok(), is_listed, "{address}");
            assert_eq!(black.check(address).is_ok(), !is_listed, "{address}");
        }
    }
}
