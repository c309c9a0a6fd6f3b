//! The Indonesian pack of this repository, as it stands in `packs/id`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pengayom_core::pack::Pack;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/id")
}

fn files() -> BTreeMap<String, String> {
    fn walk(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.insert(
                    name.replace('\\', "/"),
                    std::fs::read_to_string(&path).unwrap(),
                );
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&folder(), &folder(), &mut files);
    files
}

fn pack() -> Pack {
    match Pack::load(&files()) {
        Ok(pack) => pack,
        Err(errors) => panic!("packs/id does not load:\n{errors}"),
    }
}

#[test]
fn the_pack_loads() {
    let pack = pack();
    assert_eq!(pack.head().code.as_str(), "id");
    assert_eq!(pack.services().len(), 30);
}
