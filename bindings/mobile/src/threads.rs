//! The threads on which everything asynchronous runs.

use crate::PhoneError;
use std::future::Future;
use std::sync::OnceLock;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// One for the connection and one for what the worker taps.
const THREADS: usize = 2;

static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();

fn handle() -> Result<&'static Handle, PhoneError> {
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread().worker_threads(THREADS).thread_name("linli").enable_all().build().ok()
    });
    runtime.as_ref().map(Runtime::handle).ok_or_else(|| PhoneError::Refused {
        code: "phone.no_threads".into(),
        text: "系统没有给出线程,请重启手机 / the system gives no threads; restart the phone".into(),
    })
}

/// Starts work that goes on whoever waits for it.
pub(crate) fn spawn<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<JoinHandle<T>, PhoneError> {
    Ok(handle()?.spawn(work))
}

/// Runs work to its end, also when the caller stops waiting: a save that was begun is finished.
pub(crate) async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T, PhoneError>> + Send + 'static,
) -> Result<T, PhoneError> {
    let ended = spawn(work)?.await;
    ended.unwrap_or_else(|error| {
        Err(PhoneError::Refused {
            code: "phone.broken".into(),
            text: format!("内部错误 / internal error: {error}"),
        })
    })
}
