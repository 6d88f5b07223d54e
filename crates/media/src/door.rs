//! The Unix socket at which control planes knock.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use media_io::{own_user, peer_user};
use thiserror::Error;

/// A listening socket that only its own user may use.
#[derive(Debug)]
pub struct Door {
    listener: UnixListener,
    path: PathBuf,
}

/// Why there is no door.
#[derive(Debug, Error)]
pub enum NoDoor {
    /// Another engine listens there.
    #[error("Another engine listens on {0}.")]
    Taken(PathBuf),
    /// The path can not be used.
    #[error("The socket {0} can not be made: {1}.")]
    Failed(PathBuf, io::Error),
}

impl Door {
    /// Makes the socket, in place of one that nobody listens on any more.
    ///
    /// # Errors
    /// [`NoDoor`], of which the text is a sentence for a person.
    pub fn open(path: &Path) -> Result<Self, NoDoor> {
        let failed = |error| NoDoor::Failed(path.to_owned(), error);
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if UnixStream::connect(path).is_ok() {
                    return Err(NoDoor::Taken(path.to_owned()));
                }
                fs::remove_file(path).map_err(failed)?;
                UnixListener::bind(path).map_err(failed)?
            }
            result => result.map_err(failed)?,
        };
        let door = Self {
            listener,
            path: path.to_owned(),
        };
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        door.listener.set_nonblocking(true).map_err(failed)?;
        Ok(door)
    }

    /// The next who knocks; `None` when there is nobody, or it is another user.
    ///
    /// # Errors
    /// The kernel's, when it has no descriptor left.
    pub fn accept(&self) -> io::Result<Option<UnixStream>> {
        match self.listener.accept() {
            Ok((stream, _)) => {
                let user = peer_user(&stream).ok();
                Ok((user == Some(own_user())).then_some(stream))
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::Interrupted
                        | io::ErrorKind::ConnectionAborted
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl AsFd for Door {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

/// The path goes before the listener does, so that it is never another engine's.
impl Drop for Door {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path that is free, and is removed with everything in it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("ringway-{}-{name}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_socket_left_by_a_dead_engine_is_replaced_and_a_live_one_is_not() {
        let folder = Folder::new("door");
        let path = folder.0.join("socket");
        drop(UnixListener::bind(&path).unwrap());
        let door = Door::open(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(matches!(Door::open(&path), Err(NoDoor::Taken(_))));
        let _client = UnixStream::connect(&path).unwrap();
        assert!(door.accept().unwrap().is_some());
        drop(door);
        assert!(!path.exists());
    }

    #[test]
    fn a_path_that_can_not_be_is_said_so() {
        let error = Door::open(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("The socket /nowhere/at/all can not be made: ")
        );
    }
}
