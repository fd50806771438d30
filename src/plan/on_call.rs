//! Roles whose holder is whoever is on call.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Calendar, Plan, Role};

/// The plan as it is frozen when it is opened: whoever is on call then holds the roles that name a calendar, and keeps
/// them when the turn ends, until somebody takes over. Where the calendar has a gap, the role's own holder does.
#[must_use]
pub fn on_duty(plan: &Plan, calendars: &BTreeMap<String, Calendar>, at: Timestamp) -> Plan {
    let mut plan = plan.clone();
    for role in plan.roles.values_mut() {
        let calendar = role.calendar.as_ref().and_then(|id| calendars.get(id));
        if let Some(person) = calendar.and_then(|calendar| calendar.on_call(at)) {
            hold(role, person);
        }
    }
    plan
}

/// Two people, whoever is on call: a deputy who is has the usual holder as deputy.
fn hold(role: &mut Role, person: &str) {
    let usual = std::mem::replace(&mut role.primary, person.to_owned());
    if role.backup == person {
        role.backup = usual;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::{date, time};

    use super::on_duty;
    use crate::model::{Calendar, Hours, Rotation, Turn};
    use crate::plan::tests::plan_of;

    #[test]
    fn whoever_is_on_call_holds_the_role_and_has_a_deputy() {
        let rotation = Rotation {
            people: ["ana.mora", "pablo.nieto"].map(str::to_owned).to_vec(),
            every: Turn::Day,
            hand_over: time(8, 0, 0, 0),
            anchor: date(2026, 11, 1),
            hours: Some(Hours { from: time(8, 0, 0, 0), to: time(20, 0, 0, 0) }),
        };
        let calendar = Calendar {
            id: "desk".to_owned(),
            time_zone: "UTC".to_owned(),
            rotations: vec![rotation],
            overrides: Vec::new(),
        };
        let calendars = BTreeMap::from([("desk".to_owned(), calendar)]);
        let mut plan = plan_of("rumor-solvencia");
        let role = plan.roles.get_mut("reputacion").expect("a role");
        role.calendar = Some("desk".to_owned());
        let holders = |at: &str| {
            let frozen = on_duty(&plan, &calendars, at.parse().expect("a time"));
            let role = &frozen.roles["reputacion"];
            (role.primary.clone(), role.backup.clone())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(holders("2026-11-01T09:00:00Z"), pair("ana.mora", "pablo.nieto"));
        assert_eq!(holders("2026-11-02T09:00:00Z"), pair("pablo.nieto", "carmen.saez"));
        assert_eq!(holders("2026-11-02T21:00:00Z"), pair("carmen.saez", "pablo.nieto"), "a gap");
    }
}
