//! An unpacked pack.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Component, Path, PathBuf},
};

use evidence::pack::{Files, Lines, Unreadable};

use super::failed;

/// The most files of a pack that are listed.
pub(super) const MAX_FILES: usize = 4_000_000;
/// The most bytes of one file that is read at once.
pub(super) const MAX_FILE: u64 = 1024 * 1024 * 1024;
/// The most bytes of a line: a word is a quarter of it.
pub(super) const MAX_LINE: u64 = 64 * 1024;
/// How deep folders go: a tile's path needs nine.
const MAX_DEPTH: usize = 16;

/// A folder with its files as they were when it was opened.
pub(super) struct Folder {
    root: PathBuf,
    paths: Vec<String>,
}

impl Folder {
    /// Lists the folder.
    pub(super) fn open(root: &Path) -> Result<Self, Unreadable> {
        let mut folder = Self { root: root.to_owned(), paths: Vec::new() };
        folder.walk(root, "", 0)?;
        Ok(folder)
    }

    fn walk(&mut self, at: &Path, prefix: &str, depth: usize) -> Result<(), Unreadable> {
        let unreadable = |why: io::Error| failed(&at.display().to_string(), why);
        if depth > MAX_DEPTH {
            return Err(failed(prefix, "folders within folders without end"));
        }
        for entry in fs::read_dir(at).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(unreadable)?.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"), depth + 1)?;
            } else if self.paths.len() < MAX_FILES {
                self.paths.push(path);
            } else {
                return Err(failed(prefix, format!("more than {MAX_FILES} files")));
            }
        }
        Ok(())
    }

    /// The file of this path; nothing where a path would lead out of the folder.
    fn file(&self, path: &str) -> Result<Option<File>, Unreadable> {
        let inside = Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
        if !inside || path.is_empty() {
            return Ok(None);
        }
        match File::open(self.root.join(path)) {
            Ok(file) if file.metadata().is_ok_and(|metadata| metadata.is_file()) => Ok(Some(file)),
            Ok(_) => Ok(None),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(failed(path, why)),
        }
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        self.file(path)?.map(|file| read_whole(path, file)).transpose()
    }

    fn list(&self) -> Vec<String> {
        self.paths.clone()
    }

    fn lines(&self, path: &str) -> Result<Option<Lines<'_>>, Unreadable> {
        Ok(self.file(path)?.map(|file| lines_of(path, file)))
    }
}

/// All bytes of a file, unless there are too many.
pub(super) fn read_whole(path: &str, file: impl io::Read) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|why| failed(path, why))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(failed(path, format!("more than {MAX_FILE} bytes")));
    }
    Ok(bytes)
}

/// The lines of a file, one in memory at a time.
pub(super) fn lines_of<'a>(path: &str, file: impl io::Read + 'a) -> Lines<'a> {
    let (path, mut file) = (path.to_owned(), BufReader::new(file));
    Box::new(std::iter::from_fn(move || {
        let mut line = Vec::new();
        match file.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) if line.last() == Some(&b'\n') => {
                line.pop();
                Some(Ok(line))
            }
            Ok(_) if line.len() as u64 > MAX_LINE => {
                Some(Err(failed(&path, format!("a line of more than {MAX_LINE} bytes"))))
            }
            Ok(_) => Some(Ok(line)),
            Err(why) => Some(Err(failed(&path, why))),
        }
    }))
}
