//! The model's file: a line with the format, a line of JSON that tells what the model is, then the
//! weights, one byte each, and a BLAKE3 checksum of all before it.

use serde::{Deserialize, Serialize};

use super::{BUCKETS, CLASSES, OpinionModel};
use crate::model::Locale;

const MAGIC: &[u8] = b"atalaya opinion model 4\n";
const CHECKSUM: usize = 32;

/// What a model is, from what it was made, and how good it is beside what was there before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The language that it judges.
    pub language: Locale,
    /// How it was made.
    pub recipe: String,
    /// The data, with licences.
    pub data: Vec<String>,
    /// Texts that it was fitted on.
    pub rows: usize,
    /// Seed of the shuffling.
    pub seed: u64,
    /// Size of one step of a weight.
    pub step: f64,
    /// p(negative) = σ(platt[0] + platt[1] · logit p).
    pub platt: [f64; 2],
    /// Macro-F1 of what was there before, on held-back texts.
    pub before: f64,
    /// Macro-F1 of the model on the same.
    pub after: f64,
    /// Expected calibration error of p(negative), on held-back texts.
    pub ece: f64,
    /// The same by data set.
    pub sets: Vec<SetFigures>,
}

/// How rules and model do on one data set, held back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetFigures {
    /// Its name.
    pub set: String,
    /// Texts.
    pub rows: usize,
    /// Macro-F1 before.
    pub before: f64,
    /// Macro-F1 after.
    pub after: f64,
    /// Precision and recall of "negative" before.
    pub negative_before: [f64; 2],
    /// Precision and recall of "negative" after.
    pub negative_after: [f64; 2],
}

/// Why a model's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Another format or version.
    #[error("is no opinion model of this version")]
    Format,
    /// Damaged.
    #[error("is damaged: its checksum does not fit")]
    Checksum,
    /// The head cannot be read.
    #[error("has a head that cannot be read: {0}")]
    Head(#[from] serde_json::Error),
    /// It was not better than what was there before.
    #[error("does not beat the rules on held-back texts and is not used")]
    Worse,
}

impl OpinionModel {
    /// The file's bytes.
    ///
    /// # Errors
    /// A head that is no JSON, such as one with figures that are not finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(serde_json::to_vec(&self.head)?);
        bytes.push(b'\n');
        bytes.extend(self.weights.iter().map(|weight| weight.to_ne_bytes()[0]));
        let checksum = blake3::hash(&bytes);
        bytes.extend(checksum.as_bytes());
        Ok(bytes)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Anything but a whole model that was better than what was there before it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if !bytes.starts_with(MAGIC) {
            return Err(ModelError::Format);
        }
        let end = bytes.len().saturating_sub(CHECKSUM);
        let (content, checksum) = bytes.split_at(end);
        if blake3::hash(content).as_bytes().as_slice() != checksum {
            return Err(ModelError::Checksum);
        }
        let rest = content.get(MAGIC.len()..).unwrap_or_default();
        let line = rest.iter().position(|&byte| byte == b'\n').ok_or(ModelError::Format)?;
        let (head, weights) = rest.split_at(line);
        let head: Head = serde_json::from_slice(head)?;
        let weights: Vec<i8> =
            weights.iter().skip(1).map(|&byte| i8::from_ne_bytes([byte])).collect();
        if weights.len() != CLASSES * BUCKETS {
            return Err(ModelError::Format);
        }
        if head.after <= head.before {
            return Err(ModelError::Worse);
        }
        Ok(Self { head, weights })
    }
}
