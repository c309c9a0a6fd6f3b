//! What the tests of packs share: the real files of `packs/id`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pengayom_core::pack::Pack;

/// The folder of the Indonesian pack.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/id")
}

/// Its files: path inside the pack to text.
pub(crate) fn files() -> BTreeMap<String, String> {
    fn walk(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                let text = std::fs::read_to_string(&path).unwrap();
                files.insert(name.replace('\\', "/"), text);
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&folder(), &folder(), &mut files);
    files
}

/// The pack itself.
pub(crate) fn pack() -> &'static Pack {
    static PACK: LazyLock<Pack> = LazyLock::new(|| match Pack::load(&files()) {
        Ok(pack) => pack,
        Err(errors) => panic!("packs/id does not load:\n{errors}"),
    });
    &PACK
}
