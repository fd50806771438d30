//! What a process and its children have used, from `/proc` (proc(5)).

use std::fs;

/// Ticks a second of the times in `/proc`: 100 on every Linux that we know of.
const TICKS: f64 = 100.0;

/// Seconds of user and system time of this process and its descendants, dead and alive.
pub fn cpu_seconds() -> f64 {
    family(std::process::id()).iter().map(|pid| of(*pid)).sum()
}

/// Largest resident memory of this process and its living descendants, each at its worst, in MB.
pub fn peak_mb() -> f64 {
    let peak = |pid: &u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    family(std::process::id()).iter().filter_map(peak).sum::<f64>() / 1024.0
}

fn of(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold spaces; what follows it does not.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after.split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
    // utime, stime, and those of children that were waited for: fields 14 to 17 of the line.
    fields.get(11..15).map_or(0.0, |times| times.iter().sum::<f64>() / TICKS)
}

fn family(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let mut at = 0;
    while let Some(&pid) = all.get(at) {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        at += 1;
    }
    all
}
