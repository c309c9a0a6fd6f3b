//! Reading what a unit is made of: its file, areas and pack.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use crate::fault::Fault;

/// Largest file read whole, unpacked, in bytes.
const FILE_MAX: u64 = 256 * 1024 * 1024;

/// Reads a text file; `.gz` and `.zst` are unpacked.
///
/// # Errors
/// [`Fault::File`] when it cannot be read, [`Fault::Input`] when it is too large or not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    unpacked(path)?
        .take(FILE_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(Fault::file(path))?;
    if bytes.len() as u64 > FILE_MAX {
        let limit = FILE_MAX / (1024 * 1024);
        return Err(Fault::Input(format!(
            "{}: larger than {limit} MiB unpacked; split it",
            path.display()
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Fault::Input(format!(
            "{}: byte {at} is not UTF-8; save it as UTF-8",
            path.display()
        ))
    })
}

/// Opens a file for reading; `.gz` and `.zst` are unpacked as it is read.
///
/// # Errors
/// [`Fault::File`] when it cannot be opened.
pub(crate) fn unpacked(path: &Path) -> Result<Box<dyn std::io::Read + Send>, Fault> {
    let file = std::fs::File::open(path).map_err(Fault::file(path))?;
    Ok(match path.extension().and_then(std::ffi::OsStr::to_str) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(std::io::BufReader::new(
            file,
        ))),
        Some("zst") => Box::new(zstd::Decoder::new(file).map_err(Fault::file(path))?),
        _ => Box::new(std::io::BufReader::new(file)),
    })
}

/// Endings of the files of a pack.
pub(crate) const PACK_ENDINGS: [&str; 3] = ["cedar", "cedarschema", "toml"];

/// Reads a pack: all TOML files and policies of a folder and its folders, by path within it.
///
/// # Errors
/// [`Fault::File`] or [`Fault::Input`].
pub(crate) fn read_pack(dir: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let mut files = BTreeMap::new();
    read_pack_into(dir, "", &mut files, 0)?;
    if files.is_empty() {
        return Err(Fault::Input(format!(
            "{}: no TOML file in it; is it a pack?",
            dir.display()
        )));
    }
    Ok(files)
}

fn read_pack_into(
    dir: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, String>,
    depth: u8,
) -> Result<(), Fault> {
    const DEPTH_MAX: u8 = 4;
    for entry in std::fs::read_dir(dir).map_err(Fault::file(dir))? {
        let entry = entry.map_err(Fault::file(dir))?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if path.is_dir() && depth < DEPTH_MAX {
            read_pack_into(&path, &format!("{prefix}{name}/"), files, depth + 1)?;
        } else if path
            .extension()
            .is_some_and(|extension| PACK_ENDINGS.iter().any(|known| extension == *known))
        {
            files.insert(format!("{prefix}{name}"), read_text(&path)?);
        }
    }
    Ok(())
}
