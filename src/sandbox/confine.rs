//! What a child takes from itself before it sees the first job.

use std::time::Duration;

/// What a child was told to keep to; parts of the first frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Bytes of address space.
    pub memory: u64,
    /// CPU time of one job.
    pub cpu: Duration,
}

impl Allowance {
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.memory.to_le_bytes());
        bytes[8..].copy_from_slice(&self.cpu.as_secs().to_le_bytes());
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (memory, cpu) = bytes.split_first_chunk::<8>()?;
        let cpu = u64::from_le_bytes(cpu.try_into().ok()?);
        Some(Self { memory: u64::from_le_bytes(*memory), cpu: Duration::from_secs(cpu) })
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::{Clock, confine};

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::time::Duration;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
        RulesetError, Scope,
    };
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    use super::Allowance;

    /// Limits that hold from now on and cannot be raised again. Call it while there is one thread,
    /// with all files open that will be needed.
    pub fn confine(allowance: Allowance) -> io::Result<()> {
        // Kernels without it have the limits below.
        drop(shut_out());
        lower(Resource::As, allowance.memory)?;
        // No new file, socket or pipe can be opened.
        lower(Resource::Nofile, 0)?;
        lower(Resource::Fsize, 0)?;
        lower(Resource::Core, 0)
    }

    fn lower(resource: Resource, to: u64) -> io::Result<()> {
        let to = getrlimit(resource).maximum.map_or(to, |most| most.min(to));
        Ok(setrlimit(resource, Rlimit { current: Some(to), maximum: Some(to) })?)
    }

    /// Landlock: no file by its path, no TCP, no signal to others.
    fn shut_out() -> Result<(), RulesetError> {
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V6))?
            .handle_access(AccessNet::from_all(ABI::V6))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .restrict_self()?;
        Ok(())
    }

    /// The CPU limit counts from the start of a process: it is moved on before each job.
    #[derive(Debug)]
    pub struct Clock {
        cpu: u64,
        set: u64,
        hard: Option<u64>,
    }

    impl Clock {
        pub fn new(cpu: Duration) -> Self {
            Self { cpu: cpu.as_secs(), set: 0, hard: getrlimit(Resource::Cpu).maximum }
        }

        /// Gives the next job its time. The kernel compares whole seconds, rounded down.
        pub fn wind(&mut self) -> io::Result<()> {
            let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec;
            let until = u64::try_from(used).unwrap_or(0) + self.cpu + 1;
            if until != self.set {
                let current = self.hard.map_or(until, |hard| hard.min(until));
                setrlimit(Resource::Cpu, Rlimit { current: Some(current), maximum: self.hard })?;
                self.set = until;
            }
            Ok(())
        }
    }
}

/// Elsewhere nothing is known that would hold: the parent then works on threads.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: Allowance) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) struct Clock;

#[cfg(not(target_os = "linux"))]
impl Clock {
    pub fn new(_: Duration) -> Self {
        Self
    }

    pub fn wind(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
